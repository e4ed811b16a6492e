using KafkaSharp.Broker.Waiting;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// Waits until the in-sync replicas have what a request appended, or until its deadline (Kafka's <c>DelayedProduce</c>).
/// </summary>
internal sealed class ReplicationWait(TimerWheel timers) : PartitionWait(timers)
{
    /// <summary>
    /// Completes with an error code for each partition in the order they were added: none; NOT_LEADER_OR_FOLLOWER when another broker leads
    /// by now; NOT_ENOUGH_REPLICAS_AFTER_APPEND when too few replicas are in sync by now; or REQUEST_TIMED_OUT.
    /// </summary>
    public Task<ErrorCode[]> WaitAsync(TimeSpan timeout) => WaitUntilAsync(timeout);

    protected override ErrorCode? Check(Partition partition, long requiredOffset) => partition.CheckReplicated(requiredOffset);

    protected override PartitionProgress ProgressOf(Partition partition) => partition.HighWatermarks;
}
