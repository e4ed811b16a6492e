using System.Text.RegularExpressions;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers;

/// <summary>
/// ApiVersions (18): what is served on the listener the request came in on, with supported and finalized features (KIP-584). A client that names its
/// software in a form that metrics could not carry is refused (KIP-511).
/// </summary>
sealed partial class ApiVersionsHandler(Func<MetadataImage> image, Func<short> kraftVersion, Func<ApiTable> table)
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
                    // librdkafka takes a broker without Produce v0 for one that can't do message format 0 to 2 at all (KAFKA-18659).
                    MinVersion = route.ApiKey == ApiKey.Produce ? (short)0 : route.LowestVersion,
                    MaxVersion = route.HighestVersion,
                }),
            ],
        };
        if (context.ApiVersion >= 3)
            AddFeatures(response, image(), kraftVersion(), context.ApiVersion);
        return new ValueTask<ApiVersionsResponse?>(response);
    }

    public ApiVersionsResponse Fail(ApiVersionsRequest request, ErrorCode error, short version) => new() { ErrorCode = error };

    private static void AddFeatures(ApiVersionsResponse response, MetadataImage image, short kraftVersion, short version)
    {
        foreach (var feature in FeatureNames.All)
        {
            // A range that begins at 0 could not be told before version 4 (KAFKA-17011).
            if (feature.MinLevel == 0 && version < 4)
                continue;
            response.SupportedFeatures.Add(new ApiVersionsResponse.SupportedFeatureKey
            {
                Name = feature.Name,
                MinVersion = feature.MinLevel,
                MaxVersion = feature.MaxLevel,
            });
        }
        response.FinalizedFeaturesEpoch = image.HighestOffset;
        foreach (var (name, level) in image.Features.All().Where(feature => feature.Value > 0))
            AddFinalized(response, name, level);
        // The quorum's own records hold it, not the metadata.
        if (kraftVersion > 0)
            AddFinalized(response, FeatureNames.KRaft, kraftVersion);
    }

    private static void AddFinalized(ApiVersionsResponse response, string name, short level) =>
        response.FinalizedFeatures.Add(new ApiVersionsResponse.FinalizedFeatureKey { Name = name, MinVersionLevel = level, MaxVersionLevel = level });

    [GeneratedRegex("^[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?\\z")]
    private static partial Regex SoftwareName();
}
