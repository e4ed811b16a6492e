namespace KafkaSharp.Storage.ProducerState;

/// <summary>A transaction whose marker is in the log (Kafka's <c>CompletedTxn</c>).</summary>
/// <param name="ProducerId">The producer id.</param>
/// <param name="FirstOffset">The offset of its first record.</param>
/// <param name="LastOffset">The offset of its marker.</param>
/// <param name="IsAborted">Whether the marker is an abort. Only aborted transactions are in the transaction index.</param>
public readonly record struct CompletedTransaction(long ProducerId, long FirstOffset, long LastOffset, bool IsAborted);
