using KafkaSharp.Protocol.Records.Building;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>The result of <see cref="LogValidator"/>. Without a builder, the records were patched in place.</summary>
internal readonly record struct ValidatedRecords(RecordBatchBuilder? Rebuilt, long LastOffset, long MaxTimestamp, int RecordCount);
