namespace KafkaSharp.Server.DumpLog.Records;

/// <summary>A dump cannot be made; the message says why in a form for the user.</summary>
internal sealed class DumpException(string message) : Exception(message);
