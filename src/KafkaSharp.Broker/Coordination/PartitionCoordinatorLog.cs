using KafkaSharp.Broker.Replication;
using KafkaSharp.Compression;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Writes a coordinator's records to its partition, with acks of all replicas: one batch a command, or several where a long list of
/// removals does not fit one. Should a later one of those be refused, what was written before is written again by the next try, which
/// changes nothing. Called on the shard's loop only.
/// </summary>
sealed class PartitionCoordinatorLog(
    CoordinatorStorage owner, ReplicaManager replicas, TopicPartition name, CompressionType compression, TimeProvider time)
    : ICoordinatorLog
{
    private const short AllReplicas = -1;

    private readonly CoordinatorBatchWriter _batches = new(compression);

    public long Append(IReadOnlyList<CoordinatorRecord> records, bool isAtomic)
    {
        if (replicas.Find(name, out var partition) is var missing and not ErrorCode.None)
            throw new StateMachineException(missing, $"{name} is not on this broker");
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var maxBytes = isAtomic ? int.MaxValue : partition!.Log.Config.MaxMessageSize;
        var end = -1L;
        for (var index = 0; index < records.Count;)
        {
            var info = partition!.Append(_batches.Next(records, ref index, maxBytes, now), AllReplicas, AppendOrigin.Coordinator);
            if (info.ErrorCode != ErrorCode.None)
                throw new StateMachineException(info.ErrorCode, info.ErrorMessage ?? $"{name} refused an append: {info.ErrorCode}");
            end = info.LastOffset + 1;
        }
        owner.HighWatermarkUpdated?.Invoke(name.Partition, partition!.Log.HighWatermark);
        return end;
    }

    public void Dispose() => _batches.Dispose();
}
