using KafkaSharp.Broker.Waiting;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// Waits for the flush that flush.messages asks for before an append is acknowledged. As in Kafka, where the append itself takes that long,
/// the time does not count for the timeout of the request.
/// </summary>
internal sealed class FlushWait(TimerWheel timers) : PartitionWait(timers)
{
    /// <summary>
    /// Completes with an error code for each partition in the order they were added: none; KAFKA_STORAGE_ERROR when the disk has failed;
    /// NOT_LEADER_OR_FOLLOWER when another broker leads by now.
    /// </summary>
    public Task<ErrorCode[]> WaitAsync() => WaitUntilAsync(timeout: null);

    protected override ErrorCode? Check(Partition partition, long requiredOffset) => partition.CheckFlushed(requiredOffset);

    protected override PartitionProgress ProgressOf(Partition partition) => partition.Flushes;
}
