using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>The result of <see cref="LogLoader"/>. The folder is new if it was created, so that its name is not durable yet.</summary>
internal sealed record LoadedLog(
    LogSegments Segments, ProducerStateManager Producers, LeaderEpochCache Epochs, long LogStartOffset, long LogEndOffset,
    long RecoveryPoint, bool IsFolderNew);
