namespace KafkaSharp.Network.Listeners;

/// <summary>
/// A listener that can't be opened: the port is taken, the address is not of this machine, or its security is not served.
/// </summary>
public sealed class ListenerException(string message, Exception? inner = null) : Exception(message, inner);
