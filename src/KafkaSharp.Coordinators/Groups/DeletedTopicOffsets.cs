using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// Removes the offsets of deleted topics from a shard. What cannot be written is tried again: topics are deleted when the disk is full, and
/// a consumer of a later topic of the same name would begin at an offset that was left. Used on the shard's event loop.
/// </summary>
internal sealed class DeletedTopicOffsets(ShardContext<GroupRecord> context, OffsetRemoval removal)
{
    private const string Name = "on-topics-deleted";
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly ShardTimer<GroupRecord> _retry = context.NewTimer(Name);
    private List<DeletedTopic> _left = [];

    public void Remove(IEnumerable<TopicImage> topics)
    {
        DeletedTopic[] deleted = [.. topics.Select(topic => new DeletedTopic(topic.Name, topic.Id))];
        context.Post(Name, () => Tombstones(deleted));
    }

    public void Stop() => _retry.Cancel();

    private CommandResult<GroupRecord> Tombstones(IReadOnlyCollection<DeletedTopic> topics)
    {
        var records = removal.OfTopics(topics, out var hasLeft);
        var last = hasLeft ? removal.LastRecordOffset : long.MaxValue;
        return new(records, error =>
        {
            if (error == ErrorCode.None && !hasLeft)
                return;
            // Records that were not written leave their places in the log to later ones.
            var until = Math.Min(last, removal.LastRecordOffset);
            _left.AddRange(topics.Select(topic => topic.Until(until)));
            _retry.Set(s_retry, Retry);
        }, IsAtomic: false);
    }

    private CommandResult<GroupRecord> Retry()
    {
        var topics = _left;
        _left = [];
        return Tombstones(topics);
    }
}
