namespace KafkaSharp.Storage;

/// <summary>What <see cref="LogLoader"/> found in a folder.</summary>
sealed record LoadedLog(
    LogSegments Segments, ProducerStateManager Producers, LeaderEpochCache Epochs, long LogStartOffset, long LogEndOffset, long RecoveryPoint);
