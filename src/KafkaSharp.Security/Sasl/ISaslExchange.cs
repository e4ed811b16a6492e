namespace KafkaSharp.Security.Sasl;

/// <summary>
/// The server's side of one login with one mechanism (Kafka's <c>SaslServer</c>): messages of the client go in, challenges come out, until
/// it has succeeded or failed. Used once, by one thread at a time.
/// </summary>
public interface ISaslExchange
{
    /// <summary>The next message of the client. Not called again after a step that ends the exchange.</summary>
    SaslStep Evaluate(ReadOnlySpan<byte> message);
}
