namespace KafkaSharp.Raft.Log;

/// <summary>A batch as bytes for the log and as what listeners hear once it is committed.</summary>
readonly record struct EncodedBatch<TRecord>(ReadOnlyMemory<byte> Bytes, CommittedBatch<TRecord> Batch);
