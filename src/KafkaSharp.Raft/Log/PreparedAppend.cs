namespace KafkaSharp.Raft.Log;

/// <summary>Records that have their offsets and are encoded, but that the log has yet to be given.</summary>
readonly record struct PreparedAppend<TRecord>(int Epoch, List<EncodedBatch<TRecord>> Batches)
{
    public long BaseOffset => Batches[0].Batch.BaseOffset;

    public long LastOffset => Batches[^1].Batch.LastOffset;
}
