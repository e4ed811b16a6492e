using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>
/// Writes the marker that ends a transaction to its partitions, on this broker and on others (Kafka's
/// <c>TransactionMarkerChannelManager</c>). Safe for use from any thread; must not block.
/// </summary>
public interface ITransactionMarkerSender
{
    /// <summary>One error for each partition, in their order: None when its marker is committed. Does not fail.</summary>
    Task<IReadOnlyList<ErrorCode>> SendAsync(TransactionMarker marker, IReadOnlyList<TopicPartition> partitions);
}
