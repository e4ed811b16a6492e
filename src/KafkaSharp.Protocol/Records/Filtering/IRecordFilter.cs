using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Filtering;

/// <summary>
/// Decides which records compaction keeps (Kafka's <c>RecordFilter</c>). It is called once per batch and then once for the batch's records.
/// </summary>
public interface IRecordFilter
{
    /// <param name="batch">The batch.</param>
    /// <param name="containsMarkerForEmptyTransaction">
    /// Whether the batch contains the marker of a transaction without remaining records.
    /// </param>
    BatchRetention CheckBatch(RecordBatch batch, out bool containsMarkerForEmptyTransaction);

    /// <summary>Reads the records to the end and adds a decision for each, in order.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="records">Its records, from the first one.</param>
    /// <param name="decisions">Where the decisions go; it has none yet.</param>
    void CheckRecords(RecordBatch batch, ref RecordReader records, RecordDecisions decisions);
}
