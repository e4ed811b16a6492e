using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Network.Connections;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Requests;

/// <summary>An entry of the <see cref="ApiTable"/>: an API with its supported versions, its handler and its listeners. Immutable.</summary>
public abstract class ApiRoute
{
    /// <summary>
    /// Request bodies above this many bytes run on the worker lanes, unless the route sets another limit: a thousand small entries or fewer
    /// run on the socket's thread, which takes about a millisecond at most.
    /// </summary>
    public const int DefaultInlineBytes = 4 * 1024;

    /// <summary>See <see cref="MemoryFactor"/>.</summary>
    public const int DefaultMemoryFactor = 10;

    private protected ApiRoute(ApiKey apiKey, short lowestVersion, short highestVersion, ApiListeners listeners)
    {
        ApiKey = apiKey;
        LowestVersion = lowestVersion;
        HighestVersion = highestVersion;
        Listeners = listeners;
        Range = ApiVersionRanges.Get(apiKey);
    }

    public ApiKey ApiKey { get; }

    public short LowestVersion { get; }

    public short HighestVersion { get; }

    /// <summary>The kinds of listener it is served on.</summary>
    public ApiListeners Listeners { get; }

    /// <summary>Whether the next request of the connection is handled while this one waits.</summary>
    public bool Overlaps { get; init; }

    /// <summary>
    /// What the client must be allowed to do with the cluster, else the response is CLUSTER_AUTHORIZATION_FAILED; null for nothing.
    /// </summary>
    public AclOperation? ClusterOperation { get; init; }

    /// <summary>
    /// The largest body in bytes that is decoded, handled and encoded on the socket's thread; larger ones, and those with more than a
    /// thousand elements (<see cref="KafkaReader.MaxElements"/>), run on the worker lanes. 0 for a route whose cost does not depend on the
    /// size; <see cref="int.MaxValue"/> for one whose bodies are large by their records, and whose handler validates those on the lanes
    /// itself.
    /// </summary>
    public int InlineBytes { get; init; } = DefaultInlineBytes;

    /// <summary>
    /// About how many bytes the objects of a request and its response take for a byte of a body of many small entries. So much memory is
    /// reserved while the request is decoded, handled and encoded on a lane.
    /// </summary>
    public int MemoryFactor { get; init; } = DefaultMemoryFactor;

    /// <summary>The facts of the protocol about the API.</summary>
    public ApiVersionRange Range { get; }

    /// <summary>
    /// A route that serves all stable versions of an API on the listeners Kafka serves it on, where the arguments do not differ.
    /// </summary>
    public static ApiRoute For<TRequest, TResponse>(
        IApiHandler<TRequest, TResponse> handler, bool overlaps = false, ApiListeners? listeners = null,
        short? lowestVersion = null, short? highestVersion = null, AclOperation? requires = null, int inlineBytes = DefaultInlineBytes,
        int memoryFactor = DefaultMemoryFactor)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        var range = ApiVersionRanges.Get(TRequest.ApiKey);
        return new ApiRoute<TRequest, TResponse>(
            handler, lowestVersion ?? range.Lowest, highestVersion ?? range.HighestStable, listeners ?? range.Listeners)
        {
            Overlaps = overlaps,
            ClusterOperation = requires,
            InlineBytes = inlineBytes,
            MemoryFactor = memoryFactor,
        };
    }

    public bool Serves(short version) => version >= LowestVersion && version <= HighestVersion;

    /// <summary>Decodes the body, has it handled, or responds with an error instead if there is one, and encodes the response.</summary>
    internal abstract FrameHandling Handle(RequestContext context, ReadOnlyMemory<byte> body, ErrorCode refusal, ILogger logger);
}
