using System.Buffers;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Broker.Coordination;

/// <summary>Writes a coordinator's records to its partition: one batch a command, with acks of all replicas. Called on the shard's loop only.</summary>
sealed class PartitionCoordinatorLog(CoordinatorStorage owner, ReplicaManager replicas, TopicPartition name, TimeProvider time)
    : IStateMachineLog<CoordinatorRecord>
{
    private const short AllReplicas = -1;

    private readonly ArrayBufferWriter<byte> _key = new(128);
    private readonly ArrayBufferWriter<byte> _value = new(512);

    public long Append(IReadOnlyList<CoordinatorRecord> records, bool isAtomic)
    {
        if (replicas.Find(name, out var partition) is var missing and not ErrorCode.None)
            throw new StateMachineException(missing, $"{name} is not on this broker");
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        using var batch = new RecordBatchBuilder(new RecordBatchOptions());
        foreach (var record in records)
        {
            _key.ResetWrittenCount();
            _value.ResetWrittenCount();
            record.WriteKey(_key);
            if (!record.IsTombstone)
                record.WriteValue(_value);
            batch.Append(now, _key.WrittenSpan, _value.WrittenSpan, hasValue: !record.IsTombstone);
        }
        var info = partition!.Append(batch.Build(), AllReplicas, AppendOrigin.Coordinator);
        if (info.ErrorCode != ErrorCode.None)
            throw new StateMachineException(info.ErrorCode, info.ErrorMessage ?? $"{name} refused an append: {info.ErrorCode}");
        owner.HighWatermarkUpdated?.Invoke(name.Partition, partition.Log.HighWatermark);
        return info.LastOffset + 1;
    }
}
