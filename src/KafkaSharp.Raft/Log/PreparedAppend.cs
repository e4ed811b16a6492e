namespace KafkaSharp.Raft.Log;

/// <summary>Encoded records with assigned offsets that are not yet appended.</summary>
internal readonly record struct PreparedAppend<TRecord>(int Epoch, List<EncodedBatch<TRecord>> Batches)
{
    public long BaseOffset => Batches[0].Batch.BaseOffset;

    public long LastOffset => Batches[^1].Batch.LastOffset;
}
