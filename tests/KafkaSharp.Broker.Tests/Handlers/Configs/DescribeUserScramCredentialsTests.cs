using KafkaSharp.Broker.Handlers.Configs;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers.Configs;

/// <summary>The responses of Apache Kafka 4.3.1 about SCRAM credentials that are in the metadata.</summary>
internal sealed class DescribeUserScramCredentialsTests
{
    [Test]
    public async Task All_users_are_described_where_none_is_named([Values] bool isNull) =>
        Assert.That(await DescribeAsync(isNull ? null : []), Is.EquivalentTo(new[] { "alice 0 '': 1/4096", "carol 0 '': 1/4096 2/8192" }));

    [Test]
    public async Task A_named_user_is_described_or_does_not_exist() =>
        Assert.That(await DescribeAsync(["nobody", "alice"]), Is.EquivalentTo(new[]
        {
            "alice 0 '': 1/4096", "nobody 91 'Attempt to describe a user credential that does not exist: nobody': ",
        }));

    [Test]
    public async Task A_user_named_twice_is_refused_once() =>
        Assert.That(await DescribeAsync(["alice", "alice"]), Is.EqualTo(new[]
        {
            "alice 92 'Cannot describe SCRAM credentials for the same user twice in a single request: alice': ",
        }));

    private static async Task<IEnumerable<string>> DescribeAsync(string[]? users)
    {
        var delta = new MetadataDelta(MetadataImage.Empty);
        foreach (var (name, mechanism, iterations) in (IEnumerable<(string, sbyte, int)>)
            [("carol", 2, 8192), ("alice", 1, 4096), ("carol", 1, 4096)])
        {
            delta.Replay(new MetadataRecord(
                new UserScramCredentialRecord { Name = name, Mechanism = mechanism, Iterations = iterations }, 0));
        }
        var image = delta.Apply(MetadataProvenance.Empty);
        var request = new DescribeUserScramCredentialsRequest { Users = users?.Select(user =>
            new DescribeUserScramCredentialsRequest.UserName { Name = user }).ToList() };
        var response = await new DescribeUserScramCredentialsHandler(() => image).HandleAsync(null!, request);
        Assert.That(response!.ErrorMessage, Is.Empty);
        return response.Results.Select(result => $"{result.User} {(short)result.ErrorCode} '{result.ErrorMessage}': "
            + string.Join(' ', result.CredentialInfos.Select(info => $"{info.Mechanism}/{info.Iterations}")));
    }
}
