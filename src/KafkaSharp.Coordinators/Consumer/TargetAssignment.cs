using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// Makes the next target assignment of a group (Kafka's <c>TargetAssignmentBuilder</c>): the group as it will be when a member is added or
/// updated, given to an assignor, and the records of what changes. Used once, on the shard's event loop.
/// </summary>
/// <param name="group">The group.</param>
/// <param name="updated">The member that is added or updated; a static one takes the place of the one before it.</param>
/// <param name="image">The topics.</param>
internal sealed class TargetAssignment(ConsumerGroup group, ConsumerGroupMember updated, MetadataImage image)
{
    private readonly Dictionary<Uuid, int> _partitionCounts = [];

    /// <summary>
    /// Adds a record for each member whose assignment changes, and the new epoch. Returns what the updated member is assigned.
    /// </summary>
    public Assignment Make(IPartitionAssignor assignor, bool isHomogeneous, int epoch, long nowMs, List<GroupRecord> records)
    {
        AssignorMember[] members = [.. Members().Select(ToAssignor)];
        JavaHashOrder.Sort(members, member => JavaString.HashCode(member.MemberId), JavaHashOrder.Capacity(members.Length));
        var targets = assignor.Assign(new AssignorInput(members, isHomogeneous, _partitionCounts));
        var own = Assignment.Empty;
        for (var i = 0; i < members.Length; i++)
        {
            if (group.TargetOrNull(members[i].MemberId) is not { } before || !targets[i].IsSameAs(before))
                records.Add(ConsumerGroupRecords.Target(group.GroupId, members[i].MemberId, targets[i]));
            if (members[i].MemberId == updated.MemberId)
                own = targets[i];
        }
        records.Add(ConsumerGroupRecords.TargetEpoch(group.GroupId, epoch, nowMs));
        return own;
    }

    private IEnumerable<ConsumerGroupMember> Members()
    {
        var replaced = group.StaticMemberId(updated.InstanceId);
        foreach (var (memberId, member) in group.Members)
        {
            if (memberId != updated.MemberId && memberId != replaced)
                yield return member;
        }
        yield return updated;
    }

    private AssignorMember ToAssignor(ConsumerGroupMember member)
    {
        var topics = new List<Uuid>();
        foreach (var name in group.Subscriptions.TopicsOf(member))
        {
            if (image.Topics.Topic(name) is not { } topic)
                continue;
            topics.Add(topic.Id);
            _partitionCounts[topic.Id] = topic.PartitionCount;
        }
        var current = ReferenceEquals(member, updated) && group.StaticMemberId(member.InstanceId) is { } before
            ? group.TargetOf(before)
            : group.TargetOf(member.MemberId);
        return new AssignorMember(member.MemberId, member.InstanceId, topics, Existing(current));
    }

    /// <summary>Without partitions that the metadata does not have: it may be older than that of the coordinator before.</summary>
    private Assignment Existing(Assignment current)
    {
        if (!current.Topics.Any(topic => topic.Partitions.AsSpan().ContainsAnyExceptInRange(0, LastPartition(topic.TopicId))))
            return current;
        return Assignment.FromRecord(current.Topics
            .Select(topic => topic with
            {
                Partitions = [.. topic.Partitions.Where(partition => partition >= 0 && partition <= LastPartition(topic.TopicId))],
            })
            .Where(topic => topic.Partitions.Length > 0));
    }

    private int LastPartition(Uuid topicId) => _partitionCounts.TryGetValue(topicId, out var count) ? count - 1 : int.MaxValue;
}
