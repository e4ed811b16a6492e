using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// The transactions of a log while it is read in order of offsets (Kafka's <c>CleanedTransactionMetadata</c>): whether a batch was aborted,
/// and whether a marker ends a transaction of which no batch is left. It writes the transaction index of the compacted segment. Not
/// thread-safe.
/// </summary>
internal sealed class CleanedTransactions
{
    private readonly PriorityQueue<AbortedTransaction, long> _aborted = new();
    private readonly Dictionary<long, OpenAborted> _openAborted = new(SeededInt64Comparer.Instance);
    private readonly HashSet<long> _openCommitted = new(SeededInt64Comparer.Instance);

    /// <summary>The segment that is written; null while the log is only read.</summary>
    public LogSegment? Destination { get; set; }

    /// <summary>Adds the aborted transactions of the batches that are read next. Some may have been added before.</summary>
    public void Add(IEnumerable<AbortedTransaction> aborted)
    {
        foreach (var transaction in aborted)
            _aborted.Enqueue(transaction, transaction.FirstOffset);
    }

    /// <summary>Reads a batch that is not a control batch; whether its transaction was aborted, so that its records are removed.</summary>
    public bool IsAborted(in RecordBatch batch)
    {
        Begin(batch.LastOffset);
        if (!batch.IsTransactional)
            return false;
        if (_openAborted.TryGetValue(batch.ProducerId, out var aborted))
        {
            aborted.HasBatch = true;
            return true;
        }
        _openCommitted.Add(batch.ProducerId);
        return false;
    }

    /// <summary>
    /// Reads a control batch; whether no batch of its transaction is left in the log, so that the marker need not be kept for long.
    /// </summary>
    /// <exception cref="RecordsException">The control record is invalid.</exception>
    public bool IsOfEmptyTransaction(in RecordBatch batch)
    {
        Begin(batch.LastOffset);
        using var records = new RecordReader(batch);
        if (!records.MoveNext())
            return true;
        switch (ControlRecords.ParseType(records.Current.Key))
        {
            case ControlRecordType.Abort:
                if (!_openAborted.Remove(batch.ProducerId, out var aborted) || !aborted.HasBatch)
                    return true;
                Destination?.AppendAborted(aborted.Transaction);
                return false;
            case ControlRecordType.Commit:
                return !_openCommitted.Remove(batch.ProducerId);
            default:
                return false;
        }
    }

    private void Begin(long offset)
    {
        while (_aborted.TryPeek(out var next, out var firstOffset) && firstOffset <= offset)
        {
            _aborted.Dequeue();
            _openAborted.TryAdd(next.ProducerId, new OpenAborted(next));
        }
    }

    private sealed class OpenAborted(AbortedTransaction transaction)
    {
        public AbortedTransaction Transaction { get; } = transaction;

        public bool HasBatch { get; set; }
    }
}
