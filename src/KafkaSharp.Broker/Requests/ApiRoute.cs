using KafkaSharp.Network.Connections;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Requests;

/// <summary>One line of the <see cref="ApiTable"/>: an API in the versions that are served, by whom, on which listeners. Immutable.</summary>
public abstract class ApiRoute
{
    private protected ApiRoute(ApiKey apiKey, short lowestVersion, short highestVersion, ApiListeners listeners, bool overlaps)
    {
        ApiKey = apiKey;
        LowestVersion = lowestVersion;
        HighestVersion = highestVersion;
        Listeners = listeners;
        Overlaps = overlaps;
        Range = ApiVersionRanges.Get(apiKey);
    }

    public ApiKey ApiKey { get; }

    public short LowestVersion { get; }

    public short HighestVersion { get; }

    /// <summary>The kinds of listener it is served on.</summary>
    public ApiListeners Listeners { get; }

    /// <summary>Whether the next request of the connection is handled while this one waits.</summary>
    public bool Overlaps { get; }

    /// <summary>What Kafka says of the API.</summary>
    public ApiVersionRange Range { get; }

    /// <summary>
    /// A route that serves all stable versions of an API on the listeners Kafka serves it on, unless told otherwise.
    /// </summary>
    public static ApiRoute For<TRequest, TResponse>(
        IApiHandler<TRequest, TResponse> handler, bool overlaps = false, ApiListeners? listeners = null,
        short? lowestVersion = null, short? highestVersion = null)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        var range = ApiVersionRanges.Get(TRequest.ApiKey);
        return new ApiRoute<TRequest, TResponse>(
            handler, lowestVersion ?? range.Lowest, highestVersion ?? range.HighestStable, listeners ?? range.Listeners, overlaps);
    }

    public bool Serves(short version) => version >= LowestVersion && version <= HighestVersion;

    internal abstract FrameHandling Handle(RequestContext context, ref KafkaReader body, ILogger logger);

    /// <summary>Answers a request with an error, without handling it.</summary>
    internal abstract FrameHandling Refuse(RequestContext context, ref KafkaReader body, ErrorCode error);
}
