using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>What <see cref="LogLoader"/> found in a folder.</summary>
sealed record LoadedLog(
    LogSegments Segments, ProducerStateManager Producers, LeaderEpochCache Epochs, long LogStartOffset, long LogEndOffset, long RecoveryPoint);
