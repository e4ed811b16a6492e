namespace KafkaSharp.Broker;

/// <summary>The broker cannot start. The message is one sentence for the operator.</summary>
public sealed class BrokerStartException(string message, Exception? inner = null) : Exception(message, inner);
