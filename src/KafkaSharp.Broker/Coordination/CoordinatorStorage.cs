using KafkaSharp.Broker.Replication;
using KafkaSharp.Compression;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.StateMachines;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Coordination;

/// <summary>The partitions of <c>__consumer_offsets</c> on this broker, as the coordinator reads and writes them.</summary>
sealed class CoordinatorStorage(ReplicaManager replicas, string topic, int loadBufferBytes, CompressionType compression, TimeProvider time)
    : ICoordinatorStorage
{
    /// <summary>Told of each partition whose high watermark rose because of a coordinator's own append.</summary>
    public Action<int, long>? HighWatermarkUpdated { get; set; }

    public Task<long> LoadAsync(int partition, ICoordinatorReplay replay, CancellationToken cancellation)
    {
        if (replicas.Find(new TopicPartition(topic, partition), out var found) != ErrorCode.None)
            throw new StateMachineException(ErrorCode.NotLeaderOrFollower, $"{topic}-{partition} is not on this broker");
        // An empty partition is served at once; the metadata must not wait for a full one to be read.
        var log = found!.Log;
        return log.LogStartOffset == log.LogEndOffset
            ? Task.FromResult(log.LogEndOffset)
            : Task.Run(() => Load(log, replay, cancellation), cancellation);
    }

    public ICoordinatorLog OpenLog(int partition) =>
        new PartitionCoordinatorLog(this, replicas, new TopicPartition(topic, partition), compression, time);

    private long Load(PartitionLog log, ICoordinatorReplay replay, CancellationToken cancellation)
    {
        var next = log.LogStartOffset;
        while (next < log.LogEndOffset)
        {
            cancellation.ThrowIfCancellationRequested();
            using var read = log.Read(next, loadBufferBytes, FetchIsolation.LogEnd, minOneMessage: true);
            if (read.ErrorCode != ErrorCode.None || read.Records.IsEmpty)
            {
                throw new StateMachineException(
                    ErrorCode.UnknownServerError, $"{log.TopicPartition} can't be read at offset {next}: {read.ErrorCode}");
            }
            next = Replay(read.Records, next, replay);
        }
        return next;
    }

    private static long Replay(ReadOnlyMemory<byte> records, long from, ICoordinatorReplay replay)
    {
        var next = from;
        foreach (var batch in new RecordBatchReader(records.Span))
        {
            var producerId = batch.Header.IsTransactional ? batch.Header.ProducerId : RecordBatchHeader.NoProducerId;
            using var reader = new RecordReader(batch);
            while (reader.MoveNext())
            {
                ref readonly var record = ref reader.Current;
                if (record.Offset < from)
                    continue;
                if (!batch.Header.IsControlBatch)
                    replay.Replay(record.Offset, producerId, record.Key.ToArray(), record.Value.ToArray(), record.HasValue);
                else if (ControlRecords.ParseType(record.Key) is var type and (ControlRecordType.Commit or ControlRecordType.Abort))
                    replay.ReplayEndTransaction(batch.Header.ProducerId, type == ControlRecordType.Commit);
            }
            next = batch.Header.NextOffset;
        }
        return next;
    }
}
