using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>A record type of a log and the message it names.</summary>
sealed record RecordRow(string Log, MessageKind Kind, int Type, string Name);
