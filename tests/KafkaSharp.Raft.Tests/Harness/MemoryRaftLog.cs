using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Raft.Tests.Harness;

/// <summary>A metadata log in memory that tracks which bytes are flushed and can simulate a crash. Not thread-safe.</summary>
internal sealed class MemoryRaftLog : IRaftLog
{
    private readonly List<byte[]> _batches = [];
    private OffsetAndEpoch _base;
    private int _flushed;

    public long StartOffset { get; private set; }

    public OffsetAndEpoch EndOffset => _batches is [.., var last] ? EndOf(last) : _base;

    public long SizeInBytes => _batches.Sum(batch => (long)batch.Length);

    public long HighWatermark { get; private set; } = -1;

    /// <summary>Called before each flush. An exception simulates a disk failure.</summary>
    public Action? OnFlush { get; set; }

    public int Flushes { get; private set; }

    /// <summary>Called when the log is closed, in order or not. An exception simulates a disk failure.</summary>
    public Action? OnClose { get; set; }

    public bool WasClosedAbruptly { get; private set; }

    /// <summary>Whether the disk is full.</summary>
    public bool IsFull { get; set; }

    public void AppendAsLeader(ReadOnlyMemory<byte> batch)
    {
        if (IsFull)
            throw new LogFullException("no space");
        var header = new RecordBatchHeader(batch.Span);
        if (header.BaseOffset != EndOffset.Offset || header.PartitionLeaderEpoch < EndOffset.Epoch)
            throw new InvalidOperationException(
                $"A batch at {header.BaseOffset} of epoch {header.PartitionLeaderEpoch} does not follow {EndOffset}");
        _batches.Add(batch.ToArray());
    }

    public ReadOnlyMemory<byte> Read(long offset, int maxBytes)
    {
        var bytes = new List<byte>();
        foreach (var batch in _batches.SkipWhile(batch => EndOf(batch).Offset <= offset))
        {
            if (bytes.Count > 0 && bytes.Count + batch.Length > maxBytes)
                break;
            bytes.AddRange(batch);
        }
        return bytes.ToArray();
    }

    public void Flush()
    {
        OnFlush?.Invoke();
        Flushes++;
        _flushed = _batches.Count;
    }

    public void UpdateHighWatermark(long offset) => HighWatermark = offset;

    public void TruncateTo(long offset)
    {
        _batches.RemoveAll(batch => EndOf(batch).Offset > offset);
        _flushed = Math.Min(_flushed, _batches.Count);
    }

    public void TruncateFullyAndStartAt(OffsetAndEpoch snapshotId)
    {
        _batches.Clear();
        _flushed = 0;
        _base = snapshotId;
        StartOffset = snapshotId.Offset;
    }

    public OffsetAndEpoch EndOffsetForEpoch(int epoch) =>
        _batches.Select(EndOf).Prepend(_base).Last(end => end.Epoch <= epoch);

    public bool DeleteBefore(long offset)
    {
        if (offset <= StartOffset)
            return false;
        StartOffset = offset;
        var gone = _batches.TakeWhile(batch => EndOf(batch).Offset <= offset).ToList();
        if (gone is [.., var last])
            _base = EndOf(last);
        _batches.RemoveRange(0, gone.Count);
        _flushed = Math.Max(0, _flushed - gone.Count);
        return true;
    }

    /// <summary>
    /// The log after a crash and recovery: all flushed bytes, and a random part of the others, which may end within a batch.
    /// </summary>
    public MemoryRaftLog Crash(Random random)
    {
        var survivor = new MemoryRaftLog { StartOffset = StartOffset, _base = _base };
        survivor._batches.AddRange(_batches.Take(_flushed));
        var tail = _batches.Skip(_flushed).SelectMany(batch => batch).ToArray();
        var kept = tail.AsSpan(0, random.Next(tail.Length + 1));
        if (kept.Length > 0 && random.Next(2) == 0)
            kept[random.Next(kept.Length)] ^= 0x40;
        try
        {
            foreach (var batch in new RecordBatchReader(kept))
            {
                if (!batch.IsValid || batch.BaseOffset != survivor.EndOffset.Offset
                    || batch.PartitionLeaderEpoch < survivor.EndOffset.Epoch)
                    break;
                survivor._batches.Add(batch.Bytes.ToArray());
            }
        }
        catch (RecordsException)
        {
            // The tail is torn here, so recovery stops.
        }
        survivor._flushed = survivor._batches.Count;
        return survivor;
    }

    public void CloseAbruptly()
    {
        OnClose?.Invoke();
        WasClosedAbruptly = true;
    }

    public void Dispose() => OnClose?.Invoke();

    private static OffsetAndEpoch EndOf(byte[] batch)
    {
        var header = new RecordBatchHeader(batch);
        return new OffsetAndEpoch(header.NextOffset, header.PartitionLeaderEpoch);
    }
}
