using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Client;

/// <summary>
/// An API that the controller serves: the time limit its requests carry and the response of a request that failed as a whole. Immutable.
/// </summary>
public sealed class ControllerApi<TRequest, TResponse>
    where TRequest : class, IRequest<TRequest>
    where TResponse : class, IResponse<TResponse>
{
    // A shorter limit would only depend on how busy the machine is.
    private const int MinTimeoutMs = 500;

    private readonly Func<TRequest, ApiError, short, TResponse> _fail;
    private readonly Func<TRequest, int>? _timeoutMs;

    /// <param name="fail">Makes the response in a version that carries an error for everything requested.</param>
    /// <param name="timeoutMs">The field of the request with its time limit in ms; null where the request has none.</param>
    internal ControllerApi(Func<TRequest, ApiError, short, TResponse> fail, Func<TRequest, int>? timeoutMs = null)
    {
        _fail = fail;
        _timeoutMs = timeoutMs;
    }

    /// <summary>The versions of the API, and whether a broker forwards it.</summary>
    public ApiVersionRange Range { get; } = ApiVersionRanges.Get(TRequest.ApiKey);

    /// <summary>The time limit a request carries, zero if it has passed; null where it carries none.</summary>
    public TimeSpan? TimeoutOf(TRequest request) => _timeoutMs?.Invoke(request) switch
    {
        null => null,
        <= 0 => TimeSpan.Zero,
        { } limit => TimeSpan.FromMilliseconds(Math.Max(MinTimeoutMs, limit)),
    };

    /// <summary>
    /// The response in a version that carries an error for everything requested (Kafka's <c>getErrorResponse</c>). Without a version, the
    /// highest stable one. As in Kafka, the message of the code itself is left out.
    /// </summary>
    public TResponse Fail(TRequest request, ApiError error, short? version) =>
        _fail(request, error, version ?? Range.HighestStable);
}
