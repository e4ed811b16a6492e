using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.TransactionService;

/// <summary>The log messages of the service of the transaction coordinator.</summary>
internal static partial class TransactionServiceEvents
{
    [LoggerMessage(7060, LogLevel.Error, "{Operation} failed unexpectedly; the client receives UNKNOWN_SERVER_ERROR.")]
    public static partial void OperationFailed(this ILogger logger, string operation, Exception exception);

    [LoggerMessage(7061, LogLevel.Warning,
        "__transaction_state has {Actual} partitions now, but this broker assigns transactional ids to {Known} partitions, the number at "
        + "its start. After a restart most ids are assigned to other partitions and their open transactions are not found: do not change "
        + "the number of partitions of this topic.")]
    public static partial void PartitionCountChanged(this ILogger logger, int actual, int known);
}
