using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>A record type of a log and the name of its message.</summary>
internal sealed record RecordRow(string Log, MessageKind Kind, int Type, string Name);
