namespace KafkaSharp.Broker;

/// <summary>Why a broker can't start, in one clear sentence for whoever started it.</summary>
public sealed class BrokerStartException(string message, Exception? inner = null) : Exception(message, inner);
