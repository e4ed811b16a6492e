using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage;

/// <summary>The log messages of moves between log directories, one method for each event; ids 2070-2079.</summary>
internal static partial class MoveEvents
{
    [LoggerMessage(2070, LogLevel.Information, "{Partition} moves from {Source} to {Destination}: its log is copied to {Path}")]
    public static partial void MoveStarted(
        this ILogger logger, TopicPartition partition, string source, string destination, string path);

    [LoggerMessage(2071, LogLevel.Information, "{Partition} is in {Destination} now; its log in {Source} is deleted")]
    public static partial void MoveCompleted(this ILogger logger, TopicPartition partition, string source, string destination);

    [LoggerMessage(2072, LogLevel.Information, "The move of {Partition} to {Destination} was cancelled; it stays in {Source}")]
    public static partial void MoveCancelled(this ILogger logger, TopicPartition partition, string source, string destination);

    [LoggerMessage(
        2073, LogLevel.Error,
        "{Partition} cannot be moved to {Destination} and stays in {Source}, where it is served as before. Request the move again when " +
        "the cause is removed")]
    public static partial void MoveFailed(
        this ILogger logger, TopicPartition partition, string source, string destination, Exception cause);

    [LoggerMessage(
        2074, LogLevel.Warning,
        "{Partition} continues with its future replica in {Directory}, which ends at offset {EndOffset}: there is no other log of it, " +
        "and the metadata assign it to this directory. What was appended in the directory that is gone is lost")]
    public static partial void FutureReplicaPromoted(this ILogger logger, TopicPartition partition, string directory, long endOffset);

    [LoggerMessage(
        2075, LogLevel.Warning,
        "{Partition} has a log in {Kept} and in {SetAside}, as a move between the directories was interrupted. It continues with the one " +
        "in {Kept}, which has all records of the other one")]
    public static partial void InterruptedMoveResolved(this ILogger logger, TopicPartition partition, string kept, string setAside);

    [LoggerMessage(
        2076, LogLevel.Error,
        "{Partition} is not served: its log has moved to a directory that is offline or not in log.dirs, and {Path}, which it has left, " +
        "lacks what was appended since. Repair the directory and restart the broker. To continue without these records, stop the broker, " +
        "remove the directory from log.dirs, and give the folder the name {Name}")]
    public static partial void LeftLogNotServed(this ILogger logger, TopicPartition partition, string path, string name);
}
