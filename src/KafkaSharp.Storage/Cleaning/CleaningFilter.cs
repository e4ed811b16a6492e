using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Filtering;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// Decides which records of a log remain, with Kafka's rules. Of each key the last record remains, and a tombstone until its delete
/// horizon. Records of aborted transactions go. A marker remains until its transaction has no batch and then until its delete horizon. The
/// last batch of a producer and the last one of what is compacted remain without records. Not thread-safe.
/// </summary>
/// <param name="map">The last offset of each key.</param>
/// <param name="transactions">The transactions of the log.</param>
/// <param name="lastBatches">The last batch of each producer.</param>
/// <param name="endOffset">The end of what may be compacted.</param>
/// <param name="nowMs">The time.</param>
internal sealed class CleaningFilter(
    OffsetMap map, CleanedTransactions transactions, IReadOnlyDictionary<long, LastBatch> lastBatches, long endOffset, long nowMs)
    : IRecordFilter
{
    private const int MostAhead = OffsetMap.MostAhead;

    private readonly Candidate[] _ahead = new Candidate[MostAhead];
    private bool _removesRecords;
    private bool _removesTombstones;

    /// <summary>Whether tombstones of formats without a delete horizon stay: the segment is too young.</summary>
    public bool KeepsLegacyTombstones { get; set; }

    /// <summary>The last offset of the last batch.</summary>
    public long LastOffset { get; private set; }

    /// <summary>How many records without a key were removed.</summary>
    public long KeylessRecords { get; private set; }

    public BatchRetention CheckBatch(RecordBatch batch, out bool containsMarkerForEmptyTransaction)
    {
        // A rebuilt batch has a new checksum, and a damaged key would take the place of another one.
        batch.EnsureValid();
        LastOffset = batch.LastOffset;
        var isPastHorizon = batch.DeleteHorizonMs is { } horizon && horizon <= nowMs;
        if (batch.IsControlBatch)
        {
            containsMarkerForEmptyTransaction = transactions.IsOfEmptyTransaction(batch);
            _removesRecords = containsMarkerForEmptyTransaction && isPastHorizon;
        }
        else
        {
            containsMarkerForEmptyTransaction = false;
            _removesRecords = transactions.IsAborted(batch);
        }
        _removesTombstones = batch.Magic >= 2 ? isPastHorizon : !KeepsLegacyTombstones;
        return IsLastOfProducer(batch) || batch.NextOffset == endOffset ? BatchRetention.RetainEmpty
            : _removesRecords ? BatchRetention.Delete
            : BatchRetention.DeleteEmpty;
    }

    public void CheckRecords(RecordBatch batch, ref RecordReader records, RecordDecisions decisions)
    {
        var count = 0;
        while (records.MoveNext())
        {
            _ahead[count++] = Look(batch, records.Current);
            if (count < MostAhead)
                continue;
            Decide(count, decisions);
            count = 0;
        }
        Decide(count, decisions);
    }

    private Candidate Look(in RecordBatch batch, in Record record)
    {
        if (_removesRecords)
            return default;
        if (batch.IsControlBatch || record.Offset > map.LatestOffset)
            return new Candidate { Offset = record.Offset, HasValue = record.HasValue, IsKept = true };
        if (!record.HasKey)
        {
            KeylessRecords++;
            return default;
        }
        return record.HasValue || !_removesTombstones
            ? new Candidate { Offset = record.Offset, HasValue = record.HasValue, Key = map.Hash(record.Key), IsKeptIfLatest = true }
            : default;
    }

    private void Decide(int count, RecordDecisions decisions)
    {
        foreach (ref readonly var record in _ahead.AsSpan(0, count))
        {
            if (record.IsKept || (record.IsKeptIfLatest && record.Offset >= map.Find(record.Key)))
                decisions.Keep(record.Offset, record.HasValue);
            else
                decisions.Remove();
        }
    }

    private bool IsLastOfProducer(in RecordBatch batch)
    {
        if (!batch.HasProducerId || !lastBatches.TryGetValue(batch.ProducerId, out var last))
            return false;
        return last.DataOffset >= 0
            ? batch.LastOffset == last.DataOffset
            : batch.IsControlBatch && batch.ProducerEpoch == last.Epoch;
    }

    /// <summary>A record whose key is not looked up yet.</summary>
    private struct Candidate
    {
        public KeyHash Key;
        public long Offset;
        public bool HasValue;
        public bool IsKept;
        public bool IsKeptIfLatest;
    }
}
