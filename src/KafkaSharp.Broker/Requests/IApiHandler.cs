using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Requests;

/// <summary>
/// Handles the requests of one API. One instance serves all connections, on many threads at once. It returns Kafka's error codes as values;
/// an exception is a bug or an I/O failure: it is logged once and becomes the response of <see cref="Fail"/>.
/// </summary>
public interface IApiHandler<TRequest, TResponse>
    where TRequest : class
    where TResponse : class
{
    /// <summary>
    /// Called in the order of a connection's requests. The part before it first yields is the first stage of the request. During this stage
    /// the <c>records</c> of the request, which are memory of the received frame, are valid, and no later request of the connection is
    /// handled. <see cref="RequestContext.RunOnLaneAsync"/> extends the first stage. A null response sends nothing (Produce with acks=0).
    /// </summary>
    ValueTask<TResponse?> HandleAsync(RequestContext context, TRequest request);

    /// <summary>
    /// The response, in the version of the request, that carries an error for everything it names (Kafka's getErrorResponse); null closes
    /// the connection instead.
    /// </summary>
    TResponse? Fail(TRequest request, ErrorCode error, short version);
}
