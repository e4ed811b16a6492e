namespace KafkaSharp.Raft.Log;

/// <summary>A batch in two forms: the bytes for the log, and the object that listeners receive after the commit.</summary>
internal readonly record struct EncodedBatch<TRecord>(ReadOnlyMemory<byte> Bytes, CommittedBatch<TRecord> Batch);
