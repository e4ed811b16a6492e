using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Requests;

/// <summary>
/// Answers one API. One instance serves all connections, on many threads at once. It returns Kafka's error codes as values; an exception is a
/// bug or an I/O failure: it is logged once and answered with <see cref="Fail"/>.
/// </summary>
public interface IApiHandler<TRequest, TResponse>
    where TRequest : class
    where TResponse : class
{
    /// <summary>
    /// Called in the order of a connection's requests. <c>records</c> of the request lie in the received frame and are valid until this method first
    /// yields. A null response sends nothing (Produce with acks=0).
    /// </summary>
    ValueTask<TResponse?> HandleAsync(RequestContext context, TRequest request);

    /// <summary>
    /// The answer, in the version that was asked in, that carries an error for all that was asked (Kafka's getErrorResponse); null closes the
    /// connection instead.
    /// </summary>
    TResponse? Fail(TRequest request, ErrorCode error, short version);
}
