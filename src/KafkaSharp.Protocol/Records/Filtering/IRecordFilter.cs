using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Filtering;

/// <summary>
/// Decides what compaction keeps (Kafka's <c>RecordFilter</c>). Asked once for each batch and then once for each of its records, in order.
/// </summary>
public interface IRecordFilter
{
    /// <param name="batch">The batch to judge.</param>
    /// <param name="containsMarkerForEmptyTransaction">Whether it holds the marker of a transaction of which nothing is left.</param>
    BatchRetention CheckBatch(RecordBatch batch, out bool containsMarkerForEmptyTransaction);

    bool ShouldRetain(RecordBatch batch, in Record record);
}
