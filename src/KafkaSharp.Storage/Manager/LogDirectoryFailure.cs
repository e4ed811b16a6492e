using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.Manager;

/// <summary>A log directory that went offline.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Partitions">The partitions whose logs were in it: they answer KAFKA_STORAGE_ERROR from now on.</param>
/// <param name="Cause">What was met.</param>
/// <param name="NoneLeft">Whether no directory works any more, so that the broker must stop.</param>
public sealed record LogDirectoryFailure(
    LogDirectory Directory, IReadOnlyList<TopicPartition> Partitions, Exception Cause, bool NoneLeft);
