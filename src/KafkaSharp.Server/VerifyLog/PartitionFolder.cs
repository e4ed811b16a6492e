using KafkaSharp.Protocol;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>The folder of a partition, and what the checkpoints of its directory say of it.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Partition">The partition.</param>
/// <param name="FlushedEnd">
/// The offset below which all is on disk, indexes too: the recovery point, or the largest offset after a clean shutdown. A start reads what
/// follows, and makes its indexes and epochs again.
/// </param>
/// <param name="LogStartOffset">The first offset that readers get; 0 where the checkpoint has none.</param>
internal sealed record PartitionFolder(string Path, TopicPartition Partition, long FlushedEnd, long LogStartOffset);
