namespace KafkaSharp.Protocol;

/// <summary>The kinds of listener that serve an API.</summary>
[Flags]
public enum ApiListeners
{
    None = 0,
    Broker = 1,
    Controller = 2,
}
