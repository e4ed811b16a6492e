using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.TransactionService;

/// <summary>What the transaction coordinator needs of the cluster. Its members are called from any thread.</summary>
/// <param name="Markers">Writes markers to partitions.</param>
/// <param name="PartitionExists">Whether a partition exists; must not be older than what a client may have seen.</param>
/// <param name="ProducerIds">Gives new producer ids.</param>
public sealed record TransactionCluster(
    ITransactionMarkerSender Markers, Func<TopicPartition, bool> PartitionExists, ProducerIdSource ProducerIds);
