using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using DescribedGroup = KafkaSharp.Protocol.Messages.ConsumerGroupDescribeResponse.DescribedGroup;
using DescribedMember = KafkaSharp.Protocol.Messages.ConsumerGroupDescribeResponse.Member;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>ConsumerGroupDescribe within a shard. Used on the shard's event loop.</summary>
internal sealed class ConsumerDescriber(ConsumerContext context, ConsumerGroups groups)
{
    public DescribedGroup Describe(string groupId)
    {
        if (groups.Find(groupId) is not { } group)
        {
            return new DescribedGroup
            {
                GroupId = groupId,
                ErrorCode = ErrorCode.GroupIdNotFound,
                ErrorMessage = ConsumerMembership.NoGroup(groups.FindAny(groupId) is not null, groupId).Message,
            };
        }
        return new DescribedGroup
        {
            GroupId = groupId,
            AssignorName = group.PreferredAssignor ?? context.Config.Assignors[0],
            GroupEpoch = group.Epoch,
            GroupState = group.StateName,
            AssignmentEpoch = group.TargetEpoch,
            Members = [.. group.MembersInOrder.Select(member => Describe(group, member))],
        };
    }

    private DescribedMember Describe(ConsumerGroup group, ConsumerGroupMember member) => new()
    {
        MemberEpoch = member.MemberEpoch,
        MemberId = member.MemberId,
        Assignment = Assignment(Held(member)),
        TargetAssignment = Assignment(group.TargetOf(member.MemberId).Topics.Select(topic => (topic.TopicId, topic.Partitions))),
        ClientHost = member.ClientHost,
        ClientId = member.ClientId,
        InstanceId = member.InstanceId,
        RackId = member.RackId,
        SubscribedTopicNames = [.. member.SubscribedTopics],
        SubscribedTopicRegex = member.SubscribedPattern,
        MemberType = (sbyte)(member.UsesClassicProtocol ? 0 : 1),
    };

    /// <summary>What a member has: also what it has not given up yet.</summary>
    private static IEnumerable<(Uuid TopicId, int[] Partitions)> Held(ConsumerGroupMember member)
    {
        var topics = member.Assigned.InOrder().Concat(member.PendingRevocation.InOrder()).GroupBy(topic => topic.TopicId).ToArray();
        JavaHashOrder.Sort(topics, topic => JavaHashOrder.HashCode(topic.Key), JavaHashOrder.Capacity(topics.Length));
        return topics.Select(topic => (topic.Key, topic.SelectMany(OwnedPartitions.InOrder).ToArray()));
    }

    /// <summary>Topics that do not exist any more are left out.</summary>
    private ConsumerGroupDescribeResponse.Assignment Assignment(IEnumerable<(Uuid TopicId, int[] Partitions)> topics) => new()
    {
        TopicPartitions =
        [
            .. topics.Where(topic => context.Image.Topics.Topic(topic.TopicId) is not null)
                .Select(topic => new ConsumerGroupDescribeResponse.TopicPartitions
                {
                    TopicId = topic.TopicId,
                    TopicName = context.Image.Topics.TopicName(topic.TopicId)!,
                    Partitions = [.. topic.Partitions],
                }),
        ],
    };
}
