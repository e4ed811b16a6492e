using System.Buffers;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Filtering;

/// <summary>
/// Filters batches for compaction (Kafka's <c>MemoryRecords.filterTo</c>). A batch is copied if all its records are kept. If only some are
/// kept, it is rebuilt with the original offsets, sequences and last offset. If tombstones or the marker of an empty transaction are kept,
/// the batch gets a delete horizon: the current time plus the delete retention. Legacy batches cannot be rebuilt, so they are kept if any
/// of their records is. Not thread-safe.
/// </summary>
public sealed class RecordBatchFilter(IRecordFilter filter, long deleteRetentionMs) : IDisposable
{
    private readonly RecordBatchBuilder _builder = new(new RecordBatchOptions());
    private readonly DecompressedRecords _decompressed = new();
    private readonly RecordDecisions _decisions = new();

    /// <summary>Filters all complete batches in <paramref name="records"/>.</summary>
    /// <exception cref="RecordsException">A batch is corrupt.</exception>
    public RecordFilterResult Filter(ReadOnlySpan<byte> records, long nowMs, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var result = new RecordFilterResult();
        foreach (var batch in new RecordBatchReader(records))
        {
            result = result with { BytesRead = result.BytesRead + batch.SizeInBytes };
            var retention = filter.CheckBatch(batch, out var containsMarker);
            if (retention != BatchRetention.Delete)
                result = Filter(batch, retention, containsMarker, nowMs, destination, result);
        }
        return result;
    }

    public void Dispose()
    {
        _builder.Dispose();
        _decompressed.Dispose();
    }

    private RecordFilterResult Filter(
        RecordBatch batch,
        BatchRetention retention,
        bool containsMarker,
        long nowMs,
        IBufferWriter<byte> destination,
        RecordFilterResult result)
    {
        _decompressed.Load(batch);
        Decide(batch);
        result = result with { MessagesRead = result.MessagesRead + _decisions.Count };
        if (_decisions.Kept == 0)
            return retention == BatchRetention.RetainEmpty ? KeepHeader(batch, destination, result) : result;
        var setsHorizon = batch.Magic >= 2 && batch.DeleteHorizonMs is null && (_decisions.ContainsTombstones || containsMarker);
        if (batch.Magic < 2 || (_decisions.Kept == _decisions.Count && !setsHorizon))
        {
            destination.Write(batch.Bytes);
            return result.Retaining(batch.MaxTimestamp, batch.LastOffset, _decisions.Kept, batch.SizeInBytes);
        }
        var rebuilt = Rebuild(batch, setsHorizon ? Horizon(nowMs) : batch.DeleteHorizonMs).Span;
        destination.Write(rebuilt);
        return result.Retaining(_builder.MaxTimestamp, _decisions.MaxOffset, _decisions.Kept, rebuilt.Length);
    }

    // None if it is beyond all times: delete.retention.ms may be the largest number. What is kept then is kept for ever.
    private long? Horizon(long nowMs) => deleteRetentionMs > long.MaxValue - nowMs ? null : nowMs + deleteRetentionMs;

    private void Decide(RecordBatch batch)
    {
        _decisions.Clear();
        var reader = _decompressed.Read(batch);
        try
        {
            filter.CheckRecords(batch, ref reader, _decisions);
        }
        finally
        {
            reader.Dispose();
        }
    }

    private ReadOnlyMemory<byte> Rebuild(RecordBatch batch, long? deleteHorizonMs)
    {
        _builder.Reset(OptionsOf(batch) with { Compression = batch.Compression, DeleteHorizonMs = deleteHorizonMs });
        using var reader = _decompressed.Read(batch);
        for (var i = 0; reader.MoveNext(); i++)
        {
            if (!_decisions.IsKept(i))
                continue;
            if (reader.Current.Offset <= _builder.LastOffset || reader.Current.Offset > batch.LastOffset)
            {
                throw RecordsException.Invalid(
                    $"Offset {reader.Current.Offset} is out of order in the batch from {batch.BaseOffset} to {batch.LastOffset}");
            }
            _builder.Append(reader.Current.Offset, reader.Current);
        }
        // The last offset determines the last sequence of the batch, so it must not change.
        _builder.OverrideLastOffset(batch.LastOffset);
        return _builder.Build();
    }

    private static RecordFilterResult KeepHeader(RecordBatch batch, IBufferWriter<byte> destination, RecordFilterResult result)
    {
        destination.Write(RecordBatchBuilder.Empty(OptionsOf(batch), batch.LastOffset, batch.MaxTimestamp));
        return result.Retaining(batch.MaxTimestamp, batch.LastOffset, 0, RecordBatchHeader.Size);
    }

    private static RecordBatchOptions OptionsOf(RecordBatch batch) => new()
    {
        BaseOffset = batch.BaseOffset,
        TimestampType = batch.TimestampType,
        LogAppendTime = batch.MaxTimestamp,
        ProducerId = batch.ProducerId,
        ProducerEpoch = batch.ProducerEpoch,
        BaseSequence = batch.BaseSequence,
        IsTransactional = batch.IsTransactional,
        IsControlBatch = batch.IsControlBatch,
        PartitionLeaderEpoch = batch.PartitionLeaderEpoch,
    };
}
