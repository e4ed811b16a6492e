using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.Manager;

/// <summary>A log directory that went offline.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Partitions">The partitions whose logs are in it. Requests for them get KAFKA_STORAGE_ERROR.</param>
/// <param name="Cause">The exception.</param>
/// <param name="NoneLeft">Whether no directory works any more, so that the broker must stop.</param>
public sealed record LogDirectoryFailure(
    LogDirectory Directory, IReadOnlyList<TopicPartition> Partitions, Exception Cause, bool NoneLeft);
