namespace KafkaSharp.Protocol;

/// <summary>The types of listener on which an API is served (Kafka's <c>ListenerType</c>).</summary>
[Flags]
public enum ApiListeners
{
    None = 0,
    Broker = 1,
    Controller = 2,
}
