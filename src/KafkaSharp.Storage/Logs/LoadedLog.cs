using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>The result of <see cref="LogLoader"/>.</summary>
internal sealed record LoadedLog(
    LogSegments Segments, ProducerStateManager Producers, LeaderEpochCache Epochs, long LogStartOffset, long LogEndOffset,
    long RecoveryPoint);
