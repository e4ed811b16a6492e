using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>Makes the records of consumer groups, as Kafka's <c>GroupCoordinatorRecordHelpers</c> does. Stateless.</summary>
internal static class ConsumerGroupRecords
{
    public static ConsumerGroupRecord Member(string groupId, ConsumerGroupMember member) => new(
        groupId, new ConsumerGroupMemberMetadataKey { GroupId = groupId, MemberId = member.MemberId },
        new ConsumerGroupMemberMetadataValue
        {
            RackId = member.RackId,
            InstanceId = member.InstanceId,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            SubscribedTopicNames = [.. member.SubscribedTopics.Order(StringComparer.Ordinal)],
            SubscribedTopicRegex = member.SubscribedPattern,
            ServerAssignor = member.ServerAssignor,
            RebalanceTimeoutMs = member.RebalanceTimeoutMs,
            ClassicMemberMetadata = member.Classic,
        });

    public static ConsumerGroupRecord Epoch(string groupId, int epoch, long metadataHash) => new(
        groupId, new ConsumerGroupMetadataKey { GroupId = groupId },
        new ConsumerGroupMetadataValue { Epoch = epoch, MetadataHash = metadataHash });

    public static ConsumerGroupRecord Target(string groupId, string memberId, Assignment target) => new(
        groupId, new ConsumerGroupTargetAssignmentMemberKey { GroupId = groupId, MemberId = memberId },
        new ConsumerGroupTargetAssignmentMemberValue
        {
            TopicPartitions = [.. target.Topics.Select(topic => new ConsumerGroupTargetAssignmentMemberValue.TopicPartition
            {
                TopicId = topic.TopicId, Partitions = [.. topic.Partitions],
            })],
        });

    public static ConsumerGroupRecord TargetEpoch(string groupId, int epoch, long timestampMs) => new(
        groupId, new ConsumerGroupTargetAssignmentMetadataKey { GroupId = groupId },
        new ConsumerGroupTargetAssignmentMetadataValue { AssignmentEpoch = epoch, AssignmentTimestamp = timestampMs });

    public static ConsumerGroupRecord Current(string groupId, ConsumerGroupMember member) => new(
        groupId, new ConsumerGroupCurrentMemberAssignmentKey { GroupId = groupId, MemberId = member.MemberId },
        new ConsumerGroupCurrentMemberAssignmentValue
        {
            MemberEpoch = member.MemberEpoch,
            PreviousMemberEpoch = member.PreviousMemberEpoch,
            State = (sbyte)member.State,
            AssignedPartitions = Partitions(member.Assigned),
            PartitionsPendingRevocation = Partitions(member.PendingRevocation),
        });

    public static ConsumerGroupRecord Pattern(string groupId, string pattern, ResolvedPattern resolved) => new(
        groupId, new ConsumerGroupRegularExpressionKey { GroupId = groupId, RegularExpression = pattern },
        new ConsumerGroupRegularExpressionValue
        {
            Topics = [.. resolved.Topics.Order(StringComparer.Ordinal)],
            Version = resolved.Version,
            Timestamp = resolved.TimestampMs,
        });

    public static ConsumerGroupRecord RemovePattern(string groupId, string pattern) =>
        new(groupId, new ConsumerGroupRegularExpressionKey { GroupId = groupId, RegularExpression = pattern }, null);

    /// <summary>Removes what brokers before 4.1 have written.</summary>
    public static ConsumerGroupRecord RemovePartitionMetadata(string groupId) =>
        new(groupId, new ConsumerGroupPartitionMetadataKey { GroupId = groupId }, null);

    /// <summary>Removes a member, in the order that replay relies on.</summary>
    public static IEnumerable<ConsumerGroupRecord> RemoveMember(string groupId, string memberId) =>
        [RemoveCurrent(groupId, memberId), RemoveTarget(groupId, memberId), RemoveMemberMetadata(groupId, memberId)];

    /// <summary>A static member takes the place of another one, and what that one is to have.</summary>
    public static IEnumerable<ConsumerGroupRecord> ReplaceMember(ConsumerGroup group, string oldMemberId, ConsumerGroupMember member) =>
    [
        .. RemoveMember(group.GroupId, oldMemberId),
        Member(group.GroupId, member),
        Target(group.GroupId, member.MemberId, group.TargetOf(oldMemberId)),
        Current(group.GroupId, member),
    ];

    /// <summary>Removes everything of a group, in the order that replay relies on.</summary>
    public static IEnumerable<ConsumerGroupRecord> RemoveGroup(ConsumerGroup group) =>
        RemoveGroup(group, [.. group.MembersInOrder.Select(member => member.MemberId)]);

    /// <summary>The same, with the given members in the place of those that the group has.</summary>
    public static IEnumerable<ConsumerGroupRecord> RemoveGroup(ConsumerGroup group, IReadOnlyList<string> memberIds) =>
    [
        .. memberIds.Select(memberId => RemoveCurrent(group.GroupId, memberId)),
        .. memberIds.Select(memberId => RemoveTarget(group.GroupId, memberId)),
        new(group.GroupId, new ConsumerGroupTargetAssignmentMetadataKey { GroupId = group.GroupId }, null),
        .. memberIds.Select(memberId => RemoveMemberMetadata(group.GroupId, memberId)),
        .. group.Subscriptions.Resolved.Keys.Select(pattern => RemovePattern(group.GroupId, pattern)),
        RemovePartitionMetadata(group.GroupId),
        new(group.GroupId, new ConsumerGroupMetadataKey { GroupId = group.GroupId }, null),
    ];

    private static ConsumerGroupRecord RemoveCurrent(string groupId, string memberId) =>
        new(groupId, new ConsumerGroupCurrentMemberAssignmentKey { GroupId = groupId, MemberId = memberId }, null);

    private static ConsumerGroupRecord RemoveTarget(string groupId, string memberId) =>
        new(groupId, new ConsumerGroupTargetAssignmentMemberKey { GroupId = groupId, MemberId = memberId }, null);

    private static ConsumerGroupRecord RemoveMemberMetadata(string groupId, string memberId) =>
        new(groupId, new ConsumerGroupMemberMetadataKey { GroupId = groupId, MemberId = memberId }, null);

    private static List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> Partitions(OwnedPartitions owned) =>
    [
        .. owned.InOrder().Select(topic =>
        {
            var partitions = OwnedPartitions.InOrder(topic);
            return new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions
            {
                TopicId = topic.TopicId,
                Partitions = [.. partitions],
                AssignmentEpochs = [.. partitions.Select(partition => topic.Epochs[partition])],
            };
        }),
    ];
}
