using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// DescribeUserScramCredentials (50): the mechanisms and iterations of the SCRAM credentials in the metadata, never the credentials
/// themselves (KIP-554). Tools ask for them when they describe users, also where nobody logs in.
/// </summary>
internal sealed class DescribeUserScramCredentialsHandler(Func<MetadataImage> image)
    : IApiHandler<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>
{
    public ValueTask<DescribeUserScramCredentialsResponse?> HandleAsync(
        RequestContext context, DescribeUserScramCredentialsRequest request)
    {
        var users = image().Scram.Credentials.ToLookup(credential => credential.Key.Name, StringComparer.Ordinal);
        var counts = (request.Users ?? []).CountBy(user => user.Name, StringComparer.Ordinal);
        return new(new DescribeUserScramCredentialsResponse
        {
            ErrorMessage = "",
            Results =
            [
                .. request.Users is { Count: > 0 }
                    ? counts.Select(user => Describe(user.Key, user.Value, users[user.Key]))
                    : users.Select(user => Describe(user.Key, 1, user)),
            ],
        });
    }

    public DescribeUserScramCredentialsResponse Fail(DescribeUserScramCredentialsRequest request, ErrorCode error, short version) => new()
    {
        ErrorCode = error,
        ErrorMessage = error == ErrorCode.UnknownServerError ? null : error.Message(),
        Results =
        [
            .. (request.Users ?? []).Select(user => new DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult
            {
                ErrorCode = error, ErrorMessage = error == ErrorCode.UnknownServerError ? null : error.Message(),
            }),
        ],
    };

    private static DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult Describe(
        string user, int count, IEnumerable<KeyValuePair<ScramUser, UserScramCredentialRecord>> credentials)
    {
        var infos = credentials.OrderBy(credential => credential.Key.Mechanism).Select(credential =>
            new DescribeUserScramCredentialsResponse.CredentialInfo
            {
                Mechanism = credential.Key.Mechanism, Iterations = credential.Value.Iterations,
            }).ToList();
        var result = new DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult
        {
            User = user, ErrorMessage = "", CredentialInfos = infos,
        };
        if (count > 1)
        {
            (result.ErrorCode, result.ErrorMessage, result.CredentialInfos) = (ErrorCode.DuplicateResource,
                $"Cannot describe SCRAM credentials for the same user twice in a single request: {user}", []);
        }
        else if (infos.Count == 0)
        {
            (result.ErrorCode, result.ErrorMessage) =
                (ErrorCode.ResourceNotFound, $"Attempt to describe a user credential that does not exist: {user}");
        }
        return result;
    }
}
