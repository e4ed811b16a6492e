using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>Fills the map of keys from the part of a log that is not compacted (Kafka's <c>buildOffsetMap</c>).</summary>
internal sealed class OffsetMapBuilder(CleaningRun run, OffsetMap map, CleanedTransactions transactions)
{
    private const int MostAhead = OffsetMap.MostAhead;

    private readonly (KeyHash Key, long Offset)[] _ahead = new (KeyHash, long)[MostAhead];

    /// <summary>
    /// Reads segments until their end or until the map is full; false when the cleaning was stopped.
    /// <see cref="OffsetMap.LatestOffset"/> is then the last offset that was read.
    /// </summary>
    /// <exception cref="RecordsException">A batch is not whole, or its checksum is wrong.</exception>
    public bool Build(ReadOnlySpan<LogSegment> segments, long from, long to)
    {
        for (var i = 0; i < segments.Length; i++)
        {
            if (!TryRead(segments[i], from, out var isFull))
                return false;
            if (isFull)
                return true;
            // Compaction may have removed the last offsets of the segment.
            Pass((i + 1 < segments.Length ? segments[i + 1].BaseOffset : to) - 1);
        }
        return true;
    }

    /// <exception cref="RecordsException">A batch is not whole.</exception>
    public static RecordsException NotWhole(LogSegment segment, int position) =>
        new(ErrorCode.CorruptMessage, $"The batch at position {position} of {segment.LogPath} is not whole");

    private bool TryRead(LogSegment segment, long from, out bool isFull)
    {
        isFull = false;
        using var scan = run.Scan(segment);
        var position = segment.OffsetIndex.Lookup(from).Position;
        while (position < segment.Size)
        {
            if (run.IsStopped)
                return false;
            var window = scan.Read(position, out _);
            if (window.IsEmpty)
                throw NotWhole(segment, position);
            run.Limits.Throttle.Count(window.Length);
            foreach (var batch in new RecordBatchReader(window))
            {
                if (!TryAdd(batch, from))
                {
                    isFull = true;
                    return true;
                }
                position += batch.SizeInBytes;
            }
        }
        return true;
    }

    private bool TryAdd(in RecordBatch batch, long from)
    {
        batch.EnsureValid();
        if (batch.IsControlBatch)
            transactions.IsOfEmptyTransaction(batch);
        else if (!transactions.IsAborted(batch) && !TryAddRecords(batch, from))
            return false;
        if (batch.LastOffset >= from)
            Pass(batch.LastOffset);
        return true;
    }

    private bool TryAddRecords(in RecordBatch batch, long from)
    {
        using var records = new RecordReader(batch);
        var count = 0;
        while (records.MoveNext())
        {
            ref readonly var record = ref records.Current;
            if (!record.HasKey || record.Offset < from)
                continue;
            _ahead[count++] = (map.Hash(record.Key), record.Offset);
            if (count < MostAhead)
                continue;
            if (!TryPut(count))
                return false;
            count = 0;
        }
        return TryPut(count);
    }

    private bool TryPut(int count)
    {
        foreach (ref readonly var next in _ahead.AsSpan(0, count))
        {
            if (!map.TryPut(next.Key, next.Offset))
                return false;
        }
        return true;
    }

    private void Pass(long offset) => map.LatestOffset = offset;
}
