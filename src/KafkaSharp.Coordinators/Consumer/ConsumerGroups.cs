using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// The consumer groups of a shard, and the replay of their records. A record of a group that is not known creates it; a tombstone of one is
/// ignored. Used on the shard's event loop, and by one loading thread before that.
/// </summary>
internal sealed class ConsumerGroups(UndoLog undo, GroupTable groups)
{
    /// <summary>The consumer group of that id; null when there is none, or when it is a group of another protocol.</summary>
    public ConsumerGroup? Find(string groupId) => groups.Find(groupId) as ConsumerGroup;

    /// <summary>The group of that id, of any protocol.</summary>
    public Group? FindAny(string groupId) => groups.Find(groupId);

    /// <summary>A group that does not exist until one of its records is replayed.</summary>
    public ConsumerGroup New(string groupId) => new(groupId, undo);

    /// <summary>A group as records describe it, which is not in the shard: what a group of another protocol is about to become.</summary>
    public static ConsumerGroup FromRecords(string groupId, IEnumerable<ConsumerGroupRecord> records)
    {
        var group = new ConsumerGroup(groupId, new UndoLog());
        foreach (var record in records)
            Apply(group, record);
        return group;
    }

    public void Replay(ConsumerGroupRecord record)
    {
        var group = Find(record.Group) ?? (record.Value is null ? null : Create(record.Group));
        if (group is null)
            return;
        if (record is { Key: ConsumerGroupMetadataKey, Value: null })
            groups.Remove(group.GroupId);
        else
            Apply(group, record);
    }

    private ConsumerGroup Create(string groupId)
    {
        var group = New(groupId);
        groups.Replace(group);
        return group;
    }

    private static void Apply(ConsumerGroup group, ConsumerGroupRecord record)
    {
        switch (record.Key)
        {
            case ConsumerGroupMetadataKey:
                var epoch = (ConsumerGroupMetadataValue)record.Value!;
                group.SetEpoch(epoch.Epoch, epoch.MetadataHash);
                break;
            case ConsumerGroupPartitionMetadataKey:
                group.SetPartitionMetadata(record.Value is not null);
                break;
            case ConsumerGroupMemberMetadataKey key:
                Replay(group, key.MemberId, (ConsumerGroupMemberMetadataValue?)record.Value);
                break;
            case ConsumerGroupTargetAssignmentMetadataKey:
                Replay(group, (ConsumerGroupTargetAssignmentMetadataValue?)record.Value);
                break;
            case ConsumerGroupTargetAssignmentMemberKey key:
                Replay(group, key.MemberId, (ConsumerGroupTargetAssignmentMemberValue?)record.Value);
                break;
            case ConsumerGroupCurrentMemberAssignmentKey key:
                Replay(group, key.MemberId, (ConsumerGroupCurrentMemberAssignmentValue?)record.Value);
                break;
            case ConsumerGroupRegularExpressionKey key:
                Replay(group, key.RegularExpression, (ConsumerGroupRegularExpressionValue?)record.Value);
                break;
            default:
                throw new InvalidOperationException($"Unknown record {record.Key.GetType().Name}");
        }
    }

    private static void Replay(ConsumerGroup group, string memberId, ConsumerGroupMemberMetadataValue? value)
    {
        if (value is null)
        {
            group.RemoveMember(memberId);
            return;
        }
        group.SetMember((group.Find(memberId) ?? new ConsumerGroupMember(memberId)) with
        {
            InstanceId = value.InstanceId,
            RackId = value.RackId,
            ClientId = value.ClientId,
            ClientHost = value.ClientHost,
            SubscribedTopics = TopicNames.Of(value.SubscribedTopicNames),
            SubscribedPattern = value.SubscribedTopicRegex,
            RebalanceTimeoutMs = value.RebalanceTimeoutMs,
            ServerAssignor = value.ServerAssignor,
            Classic = value.ClassicMemberMetadata,
        });
    }

    private static void Replay(ConsumerGroup group, ConsumerGroupTargetAssignmentMetadataValue? value)
    {
        if (value is null)
            group.SetTargetEpoch(-1, 0);
        else
            group.SetTargetEpoch(value.AssignmentEpoch, value.AssignmentTimestamp);
    }

    private static void Replay(ConsumerGroup group, string memberId, ConsumerGroupTargetAssignmentMemberValue? value)
    {
        if (value is null)
            group.RemoveTarget(memberId);
        else
            group.SetTarget(memberId, Assignment.FromRecord(
                value.TopicPartitions.Select(topic => new TopicPartitions(topic.TopicId, [.. topic.Partitions]))));
    }

    private static void Replay(ConsumerGroup group, string memberId, ConsumerGroupCurrentMemberAssignmentValue? value)
    {
        var member = group.Find(memberId);
        if (value is not null)
        {
            group.SetMember((member ?? new ConsumerGroupMember(memberId)) with
            {
                MemberEpoch = value.MemberEpoch,
                PreviousMemberEpoch = value.PreviousMemberEpoch,
                State = Enum.IsDefined((MemberState)(byte)value.State) ? (MemberState)(byte)value.State : MemberState.Unknown,
                Assigned = Partitions(value.AssignedPartitions, value.MemberEpoch),
                PendingRevocation = Partitions(value.PartitionsPendingRevocation, value.MemberEpoch),
            });
        }
        else if (member is not null)
        {
            group.SetMember(member with
            {
                MemberEpoch = ConsumerGroupMember.LeftEpoch,
                PreviousMemberEpoch = ConsumerGroupMember.LeftEpoch,
                Assigned = OwnedPartitions.Empty,
                PendingRevocation = OwnedPartitions.Empty,
            });
        }
    }

    private static void Replay(ConsumerGroup group, string pattern, ConsumerGroupRegularExpressionValue? value) =>
        group.Subscriptions.Resolve(
            pattern,
            value is null ? null
                : new ResolvedPattern(TopicNames.Of(value.Topics), value.Version, value.Timestamp));

    /// <summary>Brokers before 4.3 write no epochs of partitions: they are taken as assigned in the epoch of the member.</summary>
    private static OwnedPartitions Partitions(List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> topics, int memberEpoch) =>
        OwnedPartitions.Of(topics.Select(topic =>
        {
            var hasEpochs = topic.AssignmentEpochs?.Count == topic.Partitions.Count;
            var epochs = new Dictionary<int, int>(topic.Partitions.Count);
            for (var i = 0; i < topic.Partitions.Count; i++)
                epochs[topic.Partitions[i]] = hasEpochs ? topic.AssignmentEpochs![i] : Math.Max(memberEpoch, 0);
            return new TopicEpochs(topic.TopicId, epochs);
        }));
}
