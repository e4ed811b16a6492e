using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Raft.Log;

/// <summary>
/// Decodes batches of the metadata log for the listeners. It checks the CRC, because a corrupt record must never reach a state machine.
/// </summary>
internal sealed class BatchDecoder<TRecord>(IRecordSerde<TRecord> serde)
{
    /// <exception cref="InvalidDataException">The batch or a record in it is corrupt.</exception>
    public CommittedBatch<TRecord> Decode(RecordBatch batch)
    {
        try
        {
            batch.EnsureValid();
            return new CommittedBatch<TRecord>(
                batch.BaseOffset, batch.LastOffset, batch.PartitionLeaderEpoch, batch.MaxTimestamp, batch.SizeInBytes,
                batch.IsControlBatch ? [] : DecodeRecords(batch))
            {
                ControlRecords = batch.IsControlBatch ? [.. ControlBatch.Decode(batch).Select(entry => entry.Record)] : [],
            };
        }
        catch (Exception e) when (e is RecordsException or ProtocolException)
        {
            throw new InvalidDataException(
                $"The batch at offset {batch.Header.BaseOffset} of the metadata log cannot be read: {e.Message}", e);
        }
    }

    private List<TRecord> DecodeRecords(RecordBatch batch)
    {
        var records = new List<TRecord>(batch.CountOrNull ?? 0);
        using var reader = new RecordReader(batch);
        while (reader.MoveNext())
            records.Add(serde.Read(reader.Current.Value.ToArray()));
        return records;
    }
}
