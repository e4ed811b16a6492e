using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>The producer whose transaction a record or marker belongs to.</summary>
/// <param name="Id">The producer id, or -1 for a record outside transactions.</param>
/// <param name="Epoch">The producer epoch, or -1.</param>
internal readonly record struct ProducerIdentity(long Id, short Epoch)
{
    /// <summary>A record that belongs to no transaction.</summary>
    public static ProducerIdentity None { get; } = new(RecordBatchHeader.NoProducerId, RecordBatchHeader.NoProducerEpoch);

    public bool IsTransactional => Id != RecordBatchHeader.NoProducerId;
}
