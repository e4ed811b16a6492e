using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// The log of one shard: collects the records of commands in a batch and writes it when the linger time is over, when it is full, or, with
/// adaptive linger, when no further command is queued. Records of a transaction and markers are batches of their own, written at once.
/// When a write fails the replay of the whole batch is undone and the commands in it fail; the shard goes on. Used on the shard's loop.
/// </summary>
internal sealed class CoordinatorLog<TRecord>(
    EventLoop loop, ICoordinatorPartition partition, ICoordinatorRecordSerde<TRecord> serde, CoordinatorRuntimeOptions options,
    UndoLog undo, long endOffset, ILogger logger) : IStateMachineLog<CoordinatorEntry<TRecord>>, IDisposable
    where TRecord : class
{
    private readonly CoordinatorBatch<TRecord> _batch = new(serde, options.Compression, options.BaseSequence);
    private CoordinatorEntry<TRecord>? _marker;
    private TransactionVerification? _verification;
    private EventLoopTimer? _lingerTimer;
    private bool _isFlushQueued;
    private long _nextOffset = endOffset;
    private long _writtenOffset = endOffset;

    /// <summary>The epoch that appends carry; a partition led in another one refuses them.</summary>
    public required int LeaderEpoch { get; set; }

    /// <summary>The offset up to which records are written, exclusive. Read from any thread.</summary>
    public long WrittenOffset => Volatile.Read(ref _writtenOffset);

    /// <summary>Called after each write.</summary>
    public required Action Written { get; init; }

    /// <summary>Called with the written offset when what came after it was not written and its replay is undone.</summary>
    public required Action<long, StateMachineException> Reverted { get; init; }

    /// <summary>
    /// Called when another writer has appended to the partition, so that the state lacks records: the shard must be reloaded.
    /// </summary>
    public required Action<string> OutOfSync { get; init; }

    private bool IsEmpty => _batch.Count == 0 && _marker is null;

    /// <summary>A command begins.</summary>
    public void BeginCommand()
    {
        // What commands without records have changed while no batch was pending is final.
        if (IsEmpty)
            undo.Forget();
        undo.BeginCommand();
    }

    public int CountThatFits(IReadOnlyList<CoordinatorEntry<TRecord>> records, int start)
    {
        try
        {
            return Fitting(records, start);
        }
        catch
        {
            undo.UndoCommand();
            throw;
        }
    }

    public long Append(IReadOnlyList<CoordinatorEntry<TRecord>> records, bool isAtomic)
    {
        try
        {
            return Append(records);
        }
        catch
        {
            // Nothing of the command is in the batch: what was there before goes on.
            undo.UndoCommand();
            throw;
        }
    }

    public void Release()
    {
        if (_marker is not null || _batch.Producer.IsTransactional || _batch.Size >= partition.MaxBatchSize)
            Write();
        else if (options.AppendLinger is { } linger)
            WriteAfter(linger);
        else if (!loop.HasQueued)
            Write();
        else if (!_isFlushQueued)
        {
            // Behind the commands that are queued now, whose records go into the same batch.
            _isFlushQueued = true;
            loop.Post(() =>
            {
                _isFlushQueued = false;
                Write();
            });
        }
    }

    public bool TryDiscard(StateMachineException reason)
    {
        Discard(reason);
        return true;
    }

    /// <summary>The commands that wait to be written have been refused: nothing is written any more.</summary>
    public void Stop()
    {
        _lingerTimer?.Cancel();
        Clear();
    }

    public void Dispose()
    {
        _lingerTimer?.Cancel();
        _batch.Dispose();
    }

    private int Fitting(IReadOnlyList<CoordinatorEntry<TRecord>> records, int start)
    {
        var left = RoomFor(records[start]);
        var count = 0;
        do
        {
            left -= _batch.UpperBoundOf(records[start + count].Record!);
            count++;
        }
        while (start + count < records.Count && left >= _batch.UpperBoundOf(records[start + count].Record!));
        return count;
    }

    private long Append(IReadOnlyList<CoordinatorEntry<TRecord>> records)
    {
        var first = records[0];
        var isMarker = first.End is not null;
        // A record that cannot be encoded must fail its command before any other is in the batch; a single one does so when it is added.
        var size = isMarker || (IsEmpty && records.Count == 1) ? 0 : SizeOf(records);
        var fits = !first.Producer.IsTransactional && _batch.Size + size <= partition.MaxBatchSize;
        if (!IsEmpty && !fits && Write(isBeforeCommand: true) is { } failure)
            throw failure;
        if (isMarker)
            _marker = first;
        else
            Add(records);
        undo.JoinCommand();
        _nextOffset += records.Count;
        return _nextOffset;
    }

    private void Add(IReadOnlyList<CoordinatorEntry<TRecord>> records)
    {
        var isFirst = _batch.Count == 0;
        if (isFirst)
            _batch.Start(records[0].Producer);
        var now = loop.Time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < records.Count; i++)
            _batch.Add(records[i].Record!, now);
        if (isFirst)
            _verification = records[0].Verification;
    }

    private void WriteAfter(TimeSpan linger)
    {
        if (linger == TimeSpan.Zero)
            Write();
        else if (_lingerTimer is not { IsPending: true })
            _lingerTimer = loop.Schedule(linger, () => Write());
    }

    /// <summary>Writes what was appended; the reason when that failed, in which case it is undone.</summary>
    private StateMachineException? Write(bool isBeforeCommand = false)
    {
        if (IsEmpty)
            return null;
        _lingerTimer?.Cancel();
        long end;
        try
        {
            var batch = _marker is { } marker ? MarkerBatch(marker) : _batch.Build();
            end = partition.Append(batch, LeaderEpoch, _marker?.End!.TransactionVersion ?? 0, _verification);
        }
#pragma warning disable CA1031 // After any exception it is unknown whether the records are written.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var reason = e as StateMachineException ?? new StateMachineException(ErrorCode.UnknownServerError, e.Message, e);
            // The storage has said, once and not for each write, that the disk is full or has failed.
            if (reason.ErrorCode != ErrorCode.KafkaStorageError)
                logger.WriteFailed(options.Topic, loop.Name, e);
            Discard(reason);
            return reason;
        }
        if (end != _nextOffset)
        {
            var reason = $"{loop.Name} expected to write up to offset {_nextOffset} but the log ends at {end}";
            Clear();
            OutOfSync(reason);
            return new StateMachineException(ErrorCode.NotCoordinator, reason);
        }
        Clear();
        if (isBeforeCommand)
            undo.ForgetEarlier();
        else
            undo.Forget();
        // A full fence: the thread that moves the high watermark writes it before it reads this offset.
        Interlocked.Exchange(ref _writtenOffset, end);
        Written();
        return null;
    }

    private void Discard(StateMachineException reason)
    {
        _lingerTimer?.Cancel();
        Clear();
        undo.Undo();
        _nextOffset = _writtenOffset;
        Reverted(_writtenOffset, reason);
    }

    private void Clear()
    {
        _marker = null;
        _verification = null;
        _batch.Start(ProducerIdentity.None);
    }

    private byte[] MarkerBatch(CoordinatorEntry<TRecord> marker) => ControlRecords.EndTransactionBatch(
        new EndTransactionMarker(marker.End!.Committed ? ControlRecordType.Commit : ControlRecordType.Abort, marker.End.CoordinatorEpoch),
        0, loop.Time.GetUtcNow().ToUnixTimeMilliseconds(), marker.Producer.Id, marker.Producer.Epoch, LeaderEpoch);

    private long SizeOf(IReadOnlyList<CoordinatorEntry<TRecord>> records)
    {
        var size = 0L;
        for (var i = 0; i < records.Count; i++)
            size += _batch.UpperBoundOf(records[i].Record!);
        return size;
    }

    /// <summary>
    /// The bytes for records in the batch that the next one goes into: the current one, or a new one when it does not fit.
    /// </summary>
    private int RoomFor(CoordinatorEntry<TRecord> next)
    {
        var current = partition.MaxBatchSize - _batch.Size;
        return _batch.Count > 0 && current >= _batch.UpperBoundOf(next.Record!) ? current : partition.MaxBatchSize - RecordBatchHeader.Size;
    }
}
