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
    private List<TopicImage> _left = [];

    public void Remove(IEnumerable<TopicImage> topics)
    {
        TopicImage[] deleted = [.. topics];
        context.Post(Name, () => Tombstones(deleted));
    }

    public void Stop() => _retry.Cancel();

    private CommandResult<GroupRecord> Tombstones(IReadOnlyCollection<TopicImage> topics) => new(removal.OfTopics(topics), error =>
    {
        if (error == ErrorCode.None)
            return;
        _left.AddRange(topics);
        _retry.Set(s_retry, Retry);
    }, IsAtomic: false);

    private CommandResult<GroupRecord> Retry()
    {
        var topics = _left;
        _left = [];
        return Tombstones(topics);
    }
}
