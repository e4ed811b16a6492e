using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>
/// AddPartitionsToTxn: adds partitions to a transaction, or checks that it has them. Used on the shard's event loop.
/// </summary>
internal sealed class PartitionAdder(TransactionContext context)
{
    /// <summary>Adds partitions; the first ones begin the transaction.</summary>
    public CommandResult<TransactionRecord, ErrorCode> Add(
        string transactionalId, long producerId, short producerEpoch, IReadOnlyCollection<TopicPartition> partitions,
        TransactionVersion clientVersion)
    {
        if (context.Table.Find(transactionalId) is not { } current)
            return new([], ErrorCode.InvalidProducerIdMapping);
        // First: the producer may have the id and epoch that follow the transition under way.
        if (context.Table.IsPending(current))
            return new([], ErrorCode.ConcurrentTransactions);
        if (current.ProducerId != producerId)
            return new([], ErrorCode.InvalidProducerIdMapping);
        if (current.ProducerEpoch != producerEpoch)
            return new([], ErrorCode.ProducerFenced);
        if (current.State == TransactionState.Ongoing && current.Partitions.IsSupersetOf(partitions))
            return new([], ErrorCode.None);
        var next = current.WithPartitions(partitions, context.NowMs, context.Time.GetTimestamp(), clientVersion);
        return context.CanStore(next)
            ? context.Write(next).Respond(ErrorCode.None)
            : new([], ErrorCode.UnsupportedVersion);
    }

    /// <summary>Whether partitions are part of the transaction: an error for each of them, in their order (KIP-890).</summary>
    public ErrorCode[] Verify(string transactionalId, long producerId, short producerEpoch, IReadOnlyList<TopicPartition> partitions)
    {
        var errors = new ErrorCode[partitions.Count];
        var current = context.Table.Find(transactionalId);
        // A transition whose record is not committed does not matter: the append to the partition checks again.
        var refusal = current is null || current.ProducerId != producerId ? ErrorCode.InvalidProducerIdMapping
            : current.ProducerEpoch != producerEpoch ? ErrorCode.ProducerFenced
            : current.State.IsPrepared() ? ErrorCode.ConcurrentTransactions
            : ErrorCode.None;
        for (var i = 0; i < errors.Length; i++)
        {
            errors[i] = refusal != ErrorCode.None ? refusal
                : current!.Partitions.Contains(partitions[i]) ? ErrorCode.None : ErrorCode.TransactionAbortable;
        }
        return errors;
    }
}
