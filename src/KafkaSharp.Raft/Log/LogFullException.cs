namespace KafkaSharp.Raft.Log;

/// <summary>The disk has no space for what was to be written to the metadata log. Nothing has changed: it can be tried again.</summary>
public sealed class LogFullException(string message) : IOException(message);
