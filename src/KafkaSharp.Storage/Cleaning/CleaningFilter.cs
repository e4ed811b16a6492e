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

    public bool ShouldRetain(RecordBatch batch, in Record record)
    {
        if (_removesRecords)
            return false;
        if (batch.IsControlBatch || record.Offset > map.LatestOffset)
            return true;
        if (!record.HasKey)
        {
            KeylessRecords++;
            return false;
        }
        return (record.HasValue || !_removesTombstones) && record.Offset >= map.Find(record.Key);
    }

    private bool IsLastOfProducer(in RecordBatch batch)
    {
        if (!batch.HasProducerId || !lastBatches.TryGetValue(batch.ProducerId, out var last))
            return false;
        return last.DataOffset >= 0
            ? batch.LastOffset == last.DataOffset
            : batch.IsControlBatch && batch.ProducerEpoch == last.Epoch;
    }
}
