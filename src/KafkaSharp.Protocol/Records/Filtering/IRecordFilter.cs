using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Filtering;

/// <summary>
/// Decides which records compaction keeps (Kafka's <c>RecordFilter</c>). It is called once per batch and then once per record, in order.
/// </summary>
public interface IRecordFilter
{
    /// <param name="batch">The batch.</param>
    /// <param name="containsMarkerForEmptyTransaction">
    /// Whether the batch contains the marker of a transaction without remaining records.
    /// </param>
    BatchRetention CheckBatch(RecordBatch batch, out bool containsMarkerForEmptyTransaction);

    bool ShouldRetain(RecordBatch batch, in Record record);
}
