namespace KafkaSharp.Storage.Manager;

/// <summary>The files of a log directory with an offset of each log.</summary>
[Flags]
internal enum Checkpoints
{
    RecoveryPoints = 1,
    LogStartOffsets = 2,
    HighWatermarks = 4,
    CleanedOffsets = 8,
    All = RecoveryPoints | LogStartOffsets | HighWatermarks | CleanedOffsets,
}
