using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// Reads a partition, up to the log end as Kafka does, into a shard (Kafka's <c>CoordinatorLoaderImpl</c>). What lies above the high
/// watermark is committed later, when the high watermark passes it. A record of an unknown type is ignored with a warning, so that the log
/// of a newer broker can be taken over; one of a known type that cannot be read ends the load, because the state would be wrong without it.
/// Used by one thread.
/// </summary>
internal sealed class CoordinatorLoader<TRecord>(
    string topicPartition, ICoordinatorPartition partition, ICoordinatorRecordSerde<TRecord> serde, ICoordinatorShard<TRecord> shard,
    TimeProvider time, ILogger logger)
    where TRecord : class
{
    private static readonly TimeSpan _progressInterval = TimeSpan.FromSeconds(10);

    /// <summary>Records read so far, markers included.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Reads everything and returns the offset after the last record.</summary>
    /// <exception cref="StateMachineException">The partition, or a record, cannot be read.</exception>
    public long Load(int bufferSize, CancellationToken cancellation)
    {
        var next = partition.LogStartOffset;
        var lastReport = time.GetTimestamp();
        while (next < partition.LogEndOffset)
        {
            cancellation.ThrowIfCancellationRequested();
            using var read = partition.Read(next, bufferSize);
            next = Replay(read.Records, next);
            Bytes += read.Records.Length;
            if (time.GetElapsedTime(lastReport) < _progressInterval)
                continue;
            lastReport = time.GetTimestamp();
            logger.LoadProgress(topicPartition, next, partition.LogEndOffset, Records, Bytes);
        }
        return next;
    }

    private long Replay(ReadOnlyMemory<byte> records, long from)
    {
        var next = from;
        foreach (var batch in new RecordBatchReader(records.Span))
        {
            var header = batch.Header;
            var producer = header.IsTransactional ? new ProducerIdentity(header.ProducerId, header.ProducerEpoch) : ProducerIdentity.None;
            using var reader = new RecordReader(batch);
            while (reader.MoveNext())
            {
                ref readonly var record = ref reader.Current;
                if (record.Offset < from)
                    continue;
                Records++;
                if (!header.IsControlBatch)
                    Replay(record, producer);
                else if (ControlRecords.ParseType(record.Key) is var type and (ControlRecordType.Commit or ControlRecordType.Abort))
                    shard.ReplayTransactionEnd(producer, type == ControlRecordType.Commit);
            }
            next = header.NextOffset;
        }
        return next > from
            ? next
            : throw new StateMachineException(ErrorCode.UnknownServerError, $"{topicPartition} has no records at offset {from}");
    }

    private void Replay(in Record record, ProducerIdentity producer)
    {
        TRecord? decoded;
        try
        {
            ReadOnlyMemory<byte>? value = record.HasValue ? record.Value.ToArray() : (ReadOnlyMemory<byte>?)null;
            var type = serde.Read(record.Key.ToArray(), value, out decoded);
            if (decoded is null)
                logger.UnknownRecordType(type, topicPartition, record.Offset);
        }
        catch (ProtocolException e)
        {
            throw new StateMachineException(
                ErrorCode.UnknownServerError, $"The record of {topicPartition} at offset {record.Offset} cannot be read: {e.Message}", e);
        }
        if (decoded is not null)
            shard.Replay(record.Offset, producer, decoded);
    }
}
