using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Waiting;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Transactions;

/// <summary>
/// Writes the markers that end transactions to partitions that this broker leads, with the acknowledgement of all in-sync replicas (the
/// part of Kafka's <c>handleWriteTxnMarkersRequest</c> behind the request). Those of <c>__consumer_offsets</c> go through the group
/// coordinator, which applies them to the offsets of the transaction. Safe from any thread; appends on the caller's.
/// </summary>
/// <param name="replicas">The partitions of this broker.</param>
/// <param name="endInGroups">Ends the transaction in a partition of <c>__consumer_offsets</c>; it does not fail.</param>
/// <param name="timers">The timers of waits for replicas.</param>
/// <param name="time">The clock of the markers.</param>
/// <param name="timeout">request.timeout.ms: how long the replicas may take.</param>
internal sealed class TransactionMarkerWriter(
    ReplicaManager replicas, Func<int, TransactionMarker, Task<ErrorCode>> endInGroups, TimerWheel timers, TimeProvider time,
    TimeSpan timeout) : ITransactionMarkerSender
{
    private const short AllReplicas = -1;

    public async Task<IReadOnlyList<ErrorCode>> SendAsync(TransactionMarker marker, IReadOnlyList<TopicPartition> partitions)
    {
        var errors = new ErrorCode[partitions.Count];
        ReplicationWait? wait = null;
        List<int> waiting = [];
        List<(int Index, Task<ErrorCode> Ending)> ofGroups = [];
        for (var i = 0; i < errors.Length; i++)
        {
            if (replicas.Find(partitions[i], out var partition) != ErrorCode.None)
            {
                // As in Kafka, also where another broker has it.
                errors[i] = ErrorCode.UnknownTopicOrPartition;
            }
            else if (partitions[i].Topic == OffsetsTopic.Name)
            {
                ofGroups.Add((i, EndInGroupsAsync(partitions[i].Partition, marker)));
            }
            else
            {
                var info = Append(partition!, marker);
                errors[i] = info.ErrorCode;
                if (info.ErrorCode != ErrorCode.None || partition!.Log.HighWatermark > info.LastOffset)
                    continue;
                (wait ??= new ReplicationWait(timers)).Add(partition, info.LastOffset + 1);
                waiting.Add(i);
            }
        }
        if (wait is not null)
        {
            var replicated = await wait.WaitAsync(timeout);
            for (var i = 0; i < replicated.Length; i++)
                errors[waiting[i]] = replicated[i];
        }
        foreach (var (index, ending) in ofGroups)
            errors[index] = await ending;
        return errors;
    }

    private LogAppendInfo Append(Partition partition, TransactionMarker marker)
    {
        var batch = ControlRecords.EndTransactionBatch(
            new EndTransactionMarker(marker.Committed ? ControlRecordType.Commit : ControlRecordType.Abort, marker.CoordinatorEpoch),
            baseOffset: 0, time.GetUtcNow().ToUnixTimeMilliseconds(), marker.ProducerId, marker.ProducerEpoch, partitionLeaderEpoch: -1);
        return partition.Append(batch, AllReplicas, AppendOrigin.Coordinator, transactionVersion: marker.TransactionVersion);
    }

    // The transaction coordinator does not expect the errors of another one: it repeats what a partition without its leader refuses.
    private async Task<ErrorCode> EndInGroupsAsync(int partition, TransactionMarker marker)
    {
        var error = await endInGroups(partition, marker);
        return error is ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress or ErrorCode.NotCoordinator
            ? ErrorCode.NotLeaderOrFollower
            : error;
    }
}
