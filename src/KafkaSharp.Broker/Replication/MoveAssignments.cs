using KafkaSharp.Protocol;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// Reports the new directory of a log that moves to the controller before the log changes to it, and the old one again when the move is
/// cancelled after that (the promotion states of Kafka's <c>ReplicaAlterLogDirsThread</c>, KIP-858). Thread-safe.
/// </summary>
/// <param name="assignments">What is reported.</param>
/// <param name="isSupported">Whether the metadata know directories.</param>
internal sealed class MoveAssignments(DirectoryAssignments assignments, Func<bool> isSupported) : IMoveApproval
{
    public void Request(LogMove move)
    {
        if (move is { TopicId: { } topicId, Destination.Id: { } directory } && isSupported())
            assignments.Add(new TopicIdPartition(topicId, move.TopicPartition), directory, move.Approve);
        else
            move.Approve();
    }

    public void Withdraw(LogMove move)
    {
        if (move is { TopicId: { } topicId, Source.Id: { } directory } && isSupported())
            assignments.Add(new TopicIdPartition(topicId, move.TopicPartition), directory);
    }
}
