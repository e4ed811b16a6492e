using KafkaSharp.Protocol.Records.Building;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>What <see cref="LogValidator"/> made of the records: built anew, or patched in place where there is no builder.</summary>
readonly record struct ValidatedRecords(RecordBatchBuilder? Rebuilt, long LastOffset, long MaxTimestamp, int RecordCount);
