using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>
/// A partition and what is known about it: what its log contains, what was acknowledged as durable, which high watermark was sent. It
/// changes the log as a broker does that leads it, and as one that has become a follower.
/// </summary>
/// <param name="topic">Its topic.</param>
/// <param name="random">Decides what is random.</param>
/// <param name="failedCalls">How many calls of the disk have failed since the last start.</param>
/// <param name="trace">Gets each step.</param>
internal sealed class SimulatedPartition(string topic, Random random, Func<int> failedCalls, Action<string> trace)
{
    private readonly SortedDictionary<long, SimulatedBatch> _batches = [];
    // All that each offset ever contained since the topic was created.
    private readonly HashSet<(long Offset, SimulatedBatch Batch)> _everWritten = [];
    // Of each transaction, also of those that were truncated: a power failure may bring them back.
    private readonly Dictionary<long, long> _firstOffsets = [];
    private readonly Dictionary<long, int> _open = [];
    private readonly List<long> _waiting = [];
    private readonly Compacted _compacted = new(topic);
    private long _flushedEnd;
    private long _answeredHighWatermark;
    private long _epochStart;
    private long _start;
    // Records below it came back after they were deleted: not all of them, and without their epochs.
    private long _wholeFrom;
    private int _epoch;
    private long _producerId;
    private int _sequence;
    private int _created;
    // Whether the end was cut of a log that was compacted before.
    private bool _hasLostMarkers;

    public TopicPartition Name { get; } = new(topic, 0);

    /// <summary>The id that the metadata has; another one when the topic was created again.</summary>
    public Uuid TopicId { get; private set; } = new(topic[0], 1);

    /// <summary>Whether a call of the disk failed before the last start: what was not flushed before may be lost.</summary>
    public bool IsUncertain { get; set; }

    /// <summary>Whether the high watermark is that of what is durable: flush.messages is 1.</summary>
    public bool IsFlushedAlways { get; init; }

    /// <summary>Whether the log is compacted.</summary>
    public bool IsCompacted { get; init; }

    /// <summary>Whether the disk may fail while the log is read.</summary>
    public bool HasFaults { get; set; }

    public void Append(PartitionLog log, int value, long timestamp)
    {
        var isTransactional = random.Next(4) == 0;
        SimulatedBatch batch;
        if (!isTransactional)
        {
            if (_producerId == 0)
                (_producerId, _sequence) = (value, 0);
            batch = new SimulatedBatch(value, timestamp, _producerId, _sequence++, false, null);
        }
        else
        {
            var (producerId, sequence) = _open.Count > 0 && random.Next(2) == 0 ? _open.ElementAt(random.Next(_open.Count))
                : new(value, 0);
            batch = new SimulatedBatch(value, timestamp, producerId, sequence, true, null);
        }
        if (IsCompacted && random.Next(4) == 0)
            batch = batch with { IsTombstone = true };
        var isWritten = Write(log, batch, AppendOrigin.Client);
        if (isWritten && isTransactional)
            _open[batch.ProducerId] = batch.Sequence + 1;
        else if (!isWritten && !isTransactional)
            _sequence--;
    }

    public void EndTransaction(PartitionLog log, long timestamp)
    {
        if (_open.Count == 0)
            return;
        var producerId = _open.ElementAt(random.Next(_open.Count)).Key;
        if (Write(log, new SimulatedBatch(0, timestamp, producerId, -1, true, random.Next(2) == 0), AppendOrigin.Coordinator))
            _open.Remove(producerId);
    }

    /// <summary>Acknowledges what is flushed, also of a log whose directory has failed: what waits for it gets its result then.</summary>
    public void Acknowledge(PartitionLog log)
    {
        foreach (var end in _waiting.ToArray())
        {
            if (log.CheckFlushed(end) is not { } decision)
                continue;
            _waiting.Remove(end);
            if (decision == ErrorCode.None)
                _flushedEnd = Math.Max(_flushedEnd, end);
        }
    }

    /// <summary>Sends consumers the high watermark of a sole replica.</summary>
    public void SendHighWatermark(PartitionLog log)
    {
        log.MaybeIncrementHighWatermark(log.CommittableEnd);
        // Until the high watermark is where the epoch begins, ListOffsets gets OFFSET_NOT_AVAILABLE (KIP-207).
        if (log.HighWatermark < _epochStart)
            return;
        Assert.That(log.HighWatermark, Is.GreaterThanOrEqualTo(_answeredHighWatermark), "the high watermark does not go back");
        _answeredHighWatermark = log.HighWatermark;
    }

    public void Flush(PartitionLog log)
    {
        trace($"flush {Name}");
        var end = log.LogEndOffset;
        log.Flush();
        Assert.That(log.RecoveryPoint, Is.EqualTo(end));
        _flushedEnd = end;
    }

    public void OnStopped(PartitionLog log) => _flushedEnd = log.LogEndOffset;

    public void DeleteRecords(PartitionLog log)
    {
        if (_start > log.HighWatermark)
            return;
        _start = random.NextInt64(_start, log.HighWatermark + 1);
        trace($"delete records of {Name} before {_start}");
        Assert.That(log.IncrementLogStartOffset(_start), Is.EqualTo(ErrorCode.None));
    }

    public void OnRetention(PartitionLog log) => _start = Math.Max(_start, log.LogStartOffset);

    /// <summary>The cleaner has run. Where the disk may fail, the next start looks at the result.</summary>
    public void OnCompacted(PartitionLog log)
    {
        OnRetention(log);
        if (HasFaults || !IsCompacted)
            return;
        var found = Read(log);
        _compacted.Check(_batches.Where(entry => entry.Key >= _start).ToDictionary(), found);
        Continue(found);
        CheckContents(log, found);
    }

    /// <summary>Reads the log of a broker that runs: what was refused is not there, and everything else is.</summary>
    public void Look(PartitionLog log)
    {
        if (IsCompacted)
            return;
        trace($"look at {Name}");
        OnRetention(log);
        var found = Read(log);
        foreach (var (offset, batch) in _batches.Where(entry => entry.Key >= _start))
            Assert.That(found.GetValueOrDefault(offset), Is.EqualTo(batch), $"at {offset} of {Name}");
        foreach (var (offset, batch) in found)
            Assert.That(_batches.GetValueOrDefault(offset), Is.EqualTo(batch), $"at {offset} of {Name}");
        CheckContents(log, found);
    }

    public void Truncate(PartitionLog log)
    {
        var offset = random.NextInt64(_start, log.LogEndOffset + 1);
        trace($"truncate {Name} to {offset}");
        Forget(offset);
        log.TruncateTo(offset);
        _wholeFrom = Math.Min(_wholeFrom, offset);
        NextEpoch(log);
        _epochStart++;
        if (!HasFaults)
            CheckContents(log, Read(log));
    }

    public void TruncateFully(PartitionLog log)
    {
        var offset = _start + random.Next(100);
        trace($"start {Name} again at {offset}");
        var (batches, start) = (_batches.ToArray(), _start);
        Forget(0);
        _start = offset;
        try
        {
            log.TruncateFullyAndStartAt(offset);
        }
        catch (IOException e) when (DiskErrors.IsFull(e) && !log.Cleaning.IsClosed)
        {
            // The log is as before; only what was to be lowered first is lower.
            _start = start;
            foreach (var (at, batch) in batches)
                _batches[at] = batch;
            throw;
        }
        _wholeFrom = 0;
        NextEpoch(log);
        // No response is sent before there is another record.
        _epochStart++;
    }

    public void Recreate()
    {
        trace($"delete and create {Name}");
        TopicId = new Uuid(topic[0], 2 + ++_created);
        Forget(0);
        _everWritten.Clear();
        _firstOffsets.Clear();
        _hasLostMarkers = false;
        (_start, _epoch, _wholeFrom) = (0, 0, 0);
        IsUncertain = false;
    }

    /// <summary>Begins to lead the log that a start has opened, and checks it; the history continues with what is there.</summary>
    /// <param name="log">The log.</param>
    /// <param name="hasLostPower">Whether the power failed, so that only what was flushed must be there.</param>
    public void Verify(PartitionLog log, bool hasLostPower)
    {
        trace($"{Name} is {log.LogStartOffset} to {log.LogEndOffset}, flushed to {_flushedEnd}, recovery point {log.RecoveryPoint}");
        var isWhole = !hasLostPower && !IsUncertain;
        Assert.That(log.TopicId, Is.Null.Or.EqualTo(TopicId), "metadata and log agree");
        // A retention that has failed half way may have deleted segments.
        if (_flushedEnd > _start && !IsUncertain)
            Assert.That(log.LogStartOffset, Is.LessThanOrEqualTo(_start));
        // Records that were deleted may come back, but any of their segments may be gone.
        var deletedBelow = _start;
        if (_start > log.LogEndOffset)
            (_start, _wholeFrom) = (log.LogStartOffset, log.LogEndOffset);
        else
            _start = Math.Max(_start, log.LogStartOffset);
        var found = Read(log);
        var kept = isWhole ? long.MaxValue : IsFlushedAlways ? Math.Max(_flushedEnd, _answeredHighWatermark) : _flushedEnd;
        var required = _batches.Where(entry => entry.Key >= Math.Max(_start, deletedBelow) && entry.Key < kept).ToDictionary();
        if (IsCompacted)
            _compacted.Check(required, found);
        foreach (var (offset, batch) in IsCompacted ? [] : required)
            Assert.That(found.GetValueOrDefault(offset), Is.EqualTo(batch), $"at {offset} of {Name}");
        Continue(found);
        _waiting.Clear();
        _open.Clear();
        foreach (var (offset, batch) in _batches)
        {
            if (batch is { IsTransactional: true, Marker: null })
                _open[batch.ProducerId] = batch.Sequence + 1;
            else if (batch.Marker is not null)
                _open.Remove(batch.ProducerId);
        }
        _epoch = Math.Max(_epoch, log.LatestEpoch ?? 0);
        NextEpoch(log);
        if (!isWhole && !IsFlushedAlways)
            _answeredHighWatermark = Math.Min(_answeredHighWatermark, log.LogEndOffset);
        Assert.That(log.LogEndOffset, Is.GreaterThanOrEqualTo(_answeredHighWatermark), $"an answered high watermark of {Name}");
        log.MaybeIncrementHighWatermark(log.CommittableEnd);
        log.RequestFlushIfDue();
        CheckContents(log, found);
        RepeatLastBatch(log);
        _flushedEnd = Math.Min(_flushedEnd, log.LogEndOffset);
        IsUncertain = false;
    }

    private void CheckContents(PartitionLog log, SortedDictionary<long, SimulatedBatch> found)
    {
        var from = Math.Max(_start, _wholeFrom);
        LogContents.CheckIndexes(log, found, random);
        if (IsCompacted)
            _compacted.CheckAborted(found, LogContents.AbortedTransactions(log), from);
        else
            LogContents.CheckAborted(log, found, _firstOffsets, from);
        // What was deleted may have begun transactions that are still open, and so may what compaction has removed when the marker after
        // it is cut off: a producer snapshot remembers it.
        LogContents.CheckLastStable(log, found, from, isKnown: !_hasLostMarkers && _firstOffsets.Values.All(first => first >= from));
    }

    private SortedDictionary<long, SimulatedBatch> Read(PartitionLog log)
    {
        var found = LogContents.Read(log, _start, _wholeFrom);
        foreach (var (offset, batch) in found.ToArray())
        {
            // What a batch does not show.
            var written = batch.Value != SimulatedBatch.UnknownValue && !batch.IsEmpty ? batch : _everWritten.FirstOrDefault(entry =>
                entry.Offset == offset && entry.Batch.ProducerId == batch.ProducerId && entry.Batch.Sequence == batch.Sequence
                && entry.Batch.Timestamp == batch.Timestamp
                && entry.Batch.Marker is null == batch.Marker is null && (batch.IsEmpty || entry.Batch.IsTombstone)).Batch;
            Assert.That(_everWritten, Does.Contain((offset, written)), $"{batch} at {offset} of {Name}");
            found[offset] = written with { IsEmpty = batch.IsEmpty };
        }
        return found;
    }

    private void Continue(SortedDictionary<long, SimulatedBatch> found)
    {
        _batches.Clear();
        foreach (var (offset, batch) in found)
            _batches[offset] = batch;
    }

    /// <summary>A producer that has not seen the response sends its batch again, which must not be appended twice.</summary>
    private void RepeatLastBatch(PartitionLog log)
    {
        foreach (var (offset, batch) in _batches.Reverse())
        {
            if (batch.Marker is not null || batch.IsTransactional)
                continue;
            var repeated = log.AppendAsLeader(LogContents.Build(batch with { IsEmpty = false }, 10), _epoch);
            Assert.That((repeated.ErrorCode, repeated.IsDuplicate, repeated.FirstOffset), Is.EqualTo((ErrorCode.None, true, offset)),
                $"the batch at {offset} of {Name} is sent again: {repeated.ErrorMessage}");
            return;
        }
    }

    private bool Write(PartitionLog log, SimulatedBatch batch, AppendOrigin origin)
    {
        trace($"append to {Name} at {log.LogEndOffset}");
        var (end, failedBefore) = (log.LogEndOffset, failedCalls());
        // Also where it fails: it may be there after a restart.
        _everWritten.Add((end, batch));
        if (batch.IsTransactional)
            _firstOffsets.TryAdd(batch.ProducerId, end);
        var info = log.AppendAsLeader(LogContents.Build(batch, 30 + random.Next(200)), _epoch, origin);
        if (info.ErrorCode != ErrorCode.None)
        {
            Assert.That(failedCalls() > failedBefore || log.Cleaning.IsClosed, $"{Name}: {info.ErrorCode} {info.ErrorMessage}");
            // After another failure the directory is offline.
            if (info.IsDiskFull)
                Assert.That(log.LogEndOffset, Is.EqualTo(end), "a refused append leaves the log as it was");
            return false;
        }
        _batches[info.FirstOffset] = batch;
        if (info.IsFlushPending)
            _waiting.Add(info.LastOffset + 1);
        else
            Assert.That(IsFlushedAlways, Is.False, "not acknowledged before its flush");
        return true;
    }

    private void Forget(long from)
    {
        var cut = _batches.Where(entry => entry.Key >= from).ToArray();
        foreach (var (offset, _) in cut)
            _batches.Remove(offset);
        _compacted.Cut(from);
        _hasLostMarkers |= IsCompacted && cut.Any(entry => entry.Value.Marker is not null);
        // What compaction has removed for a record that is cut off is known where the log could be read.
        var mayHaveGaps = IsCompacted && HasFaults;
        if (mayHaveGaps)
        {
            var kept = _compacted.Unaffected(_batches, [.. cut.Select(entry => entry.Value)]).ToHashSet();
            foreach (var offset in _batches.Keys.Where(offset => !kept.Contains(offset)).ToArray())
                _batches.Remove(offset);
        }
        _flushedEnd = Math.Min(_flushedEnd, from);
        // Where records were lost before any flush, the log has a gap, and its end after a truncation into the gap is not on the disk.
        var end = _batches.Count == 0 || mayHaveGaps ? 0 : _batches.Keys.Last() + 1;
        _answeredHighWatermark = Math.Min(_answeredHighWatermark, Math.Min(from, end));
        _waiting.Clear();
        _open.Clear();
        _producerId = 0;
    }

    private void NextEpoch(PartitionLog log)
    {
        _producerId = 0;
        log.AssignEpochStartOffset(++_epoch);
        _epochStart = log.LogEndOffset;
    }
}
