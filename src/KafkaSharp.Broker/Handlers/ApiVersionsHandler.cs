using System.Text.RegularExpressions;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers;

/// <summary>
/// ApiVersions (18): the APIs served on the listener of the connection, with supported and finalized features (KIP-584). A client whose
/// software name cannot be a metric's tag is refused (KIP-511).
/// </summary>
internal sealed partial class ApiVersionsHandler(
    IReadOnlyList<KafkaFeature> features, Func<MetadataImage> image, Func<short> kraftVersion, Func<ApiTable> table)
    : IApiHandler<ApiVersionsRequest, ApiVersionsResponse>
{
    public ValueTask<ApiVersionsResponse?> HandleAsync(RequestContext context, ApiVersionsRequest request)
    {
        if (context.ApiVersion >= 3)
        {
            if (!SoftwareName().IsMatch(request.ClientSoftwareName) || !SoftwareName().IsMatch(request.ClientSoftwareVersion))
                return new ValueTask<ApiVersionsResponse?>(new ApiVersionsResponse { ErrorCode = ErrorCode.InvalidRequest });
            context.Session.ClientSoftwareName = request.ClientSoftwareName;
            context.Session.ClientSoftwareVersion = request.ClientSoftwareVersion;
        }
        var listener = context.Listener.IsController ? ApiListeners.Controller : ApiListeners.Broker;
        var response = new ApiVersionsResponse
        {
            ApiKeys =
            [
                .. table().Routes(listener).Select(route => new ApiVersionsResponse.ApiVersion
                {
                    ApiKey = (short)route.ApiKey,
                    // librdkafka assumes that a broker without Produce v0 has no message format 0 to 2 at all (KAFKA-18659).
                    MinVersion = route.ApiKey == ApiKey.Produce ? (short)0 : route.LowestVersion,
                    MaxVersion = route.HighestVersion,
                }),
            ],
        };
        if (context.ApiVersion >= 3)
            AddFeatures(response, context.ApiVersion);
        return new ValueTask<ApiVersionsResponse?>(response);
    }

    public ApiVersionsResponse Fail(ApiVersionsRequest request, ErrorCode error, short version) => new() { ErrorCode = error };

    private void AddFeatures(ApiVersionsResponse response, short version)
    {
        foreach (var feature in features)
        {
            // Responses before version 4 cannot carry a range that begins at 0 (KAFKA-17011).
            if (feature.MinLevel == 0 && version < 4)
                continue;
            response.SupportedFeatures.Add(new ApiVersionsResponse.SupportedFeatureKey
            {
                Name = feature.Name,
                MinVersion = feature.MinLevel,
                MaxVersion = feature.MaxLevel,
            });
        }
        var current = image();
        response.FinalizedFeaturesEpoch = current.HighestOffset;
        foreach (var (name, level) in current.Features.All().Where(feature => feature.Value > 0))
            AddFinalized(response, name, level);
        // It is in the quorum's own records, not in the metadata.
        if (kraftVersion() is > 0 and var quorum)
            AddFinalized(response, FeatureNames.KRaft, quorum);
    }

    private static void AddFinalized(ApiVersionsResponse response, string name, short level) =>
        response.FinalizedFeatures.Add(
            new ApiVersionsResponse.FinalizedFeatureKey { Name = name, MinVersionLevel = level, MaxVersionLevel = level });

    [GeneratedRegex("^[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?\\z")]
    private static partial Regex SoftwareName();
}
