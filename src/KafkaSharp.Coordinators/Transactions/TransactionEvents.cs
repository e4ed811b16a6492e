using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>The log messages of the transaction coordinator.</summary>
internal static partial class TransactionEvents
{
    // Debug, although Kafka warns each time: a client can cause any number of them, and it has the error.
    [LoggerMessage(7050, LogLevel.Debug,
        "The producer of transactional id {TransactionalId} asked to {Result} its transaction in state {State}: INVALID_TXN_STATE.")]
    public static partial void InvalidTransactionState(this ILogger logger, string transactionalId, string result, string state);

    [LoggerMessage(7051, LogLevel.Information,
        "The transaction of {TransactionalId} is aborted: it was open for more than its timeout of {TimeoutMs} ms. Its producer "
        + "(id {ProducerId}, epoch {Epoch}) is fenced.")]
    public static partial void TransactionTimedOut(
        this ILogger logger, string transactionalId, int timeoutMs, long producerId, short epoch);

    [LoggerMessage(7052, LogLevel.Information,
        "Removing {Count} transactional ids that were not used for long from __transaction_state-{Partition}.")]
    public static partial void RemovingExpired(this ILogger logger, int count, int partition);

    [LoggerMessage(7053, LogLevel.Information,
        "{Count} partitions of the transaction of {TransactionalId} do not exist any more and need no marker.")]
    public static partial void MarkersOfDeletedPartitions(this ILogger logger, int count, string transactionalId);

    [LoggerMessage(7054, LogLevel.Warning,
        "The marker of the transaction of {TransactionalId} could not be written to {Partition}: {Error}. It is written again until the "
        + "partition takes it; consumers with read_committed wait for it.")]
    public static partial void MarkerRefused(this ILogger logger, string transactionalId, TopicPartition partition, ErrorCode error);

    [LoggerMessage(7055, LogLevel.Warning,
        "The marker of the transaction of {TransactionalId} is refused by {Partition} with {Error}: a newer coordinator or producer has "
        + "written there. No more markers are sent.")]
    public static partial void MarkersFenced(this ILogger logger, string transactionalId, TopicPartition partition, ErrorCode error);

    [LoggerMessage(7056, LogLevel.Error, "The markers of the transaction of {TransactionalId} could not be sent; they are sent again.")]
    public static partial void MarkersFailed(this ILogger logger, string transactionalId, Exception exception);
}
