using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>
/// A classic group becomes a consumer group because a member of the consumer protocol joins (Kafka's <c>convertToConsumerGroup</c>). Its
/// members stay classic; what the leader assigned to them is their assignment and their target, in the epoch of the generation. The member
/// that joins begins the next epoch, so that they join again. Used on the shard's event loop.
/// </summary>
internal sealed class GroupUpgrade(ConsumerContext context, ConsumerTimers timers)
{
    private readonly record struct Converted(ConsumerGroupMember Member, Assignment Target);

    /// <inheritdoc cref="IProtocolMigration.Upgrade"/>
    public HeartbeatError? Upgrade(ClassicGroup classic, List<GroupRecord> records, out ConsumerGroup group)
    {
        group = ConsumerGroups.FromRecords(classic.GroupId, []);
        if (Refusal(classic) is { } refusal)
            return NotPossible(classic, refusal);
        if (Convert(classic, out var members) is { } error)
            return error;
        // Members that wait for a rebalance of the classic group take part in that of the new group. A request that is refused, and may
        // be repeated, does not disturb them.
        classic.CompleteWaiting(ErrorCode.RebalanceInProgress);
        ConsumerGroupRecord[] made = [.. Records(classic, members)];
        group = ConsumerGroups.FromRecords(classic.GroupId, made);
        records.AddRange(classic.Tombstones());
        records.AddRange(made);
        foreach (var (member, _) in members)
        {
            // What was committed late may have begun others, of the consumer group that this one was before.
            timers.Cancel(classic.GroupId, member.MemberId);
            timers.SetSession(classic.GroupId, member);
        }
        context.Log.GroupUpgraded(classic.GroupId, members.Count);
        return null;
    }

    private string? Refusal(ClassicGroup classic) =>
        !context.Config.MigrationPolicy.HasFlag(MigrationPolicy.Upgrade) ? "online upgrade is disabled"
        : !classic.UsesConsumerProtocol ? "the group does not use the consumer embedded protocol"
        : classic.Members.Count > context.Config.MaxSize ? "the group size exceeds the consumer group maximum size"
        : null;

    private HeartbeatError NotPossible(ClassicGroup classic, string reason)
    {
        context.Log.GroupNotUpgraded(classic.GroupId, reason);
        return new(
            ErrorCode.GroupIdNotFound, $"Cannot upgrade classic group {classic.GroupId} to consumer group because {reason}.");
    }

    private HeartbeatError? Convert(ClassicGroup classic, out List<Converted> members)
    {
        members = [];
        var owned = new HashSet<(Uuid TopicId, int Partition)>();
        foreach (var member in classic.MembersInOrder)
        {
            var assignment = new ConsumerProtocolAssignment();
            // A member that has joined and not synced has no assignment.
            if (member.Assignment.Length > 0)
            {
                if (EmbeddedProtocol.ReadAssignment(member.Assignment) is not { } read)
                    return NotPossible(classic, "the embedded consumer protocol is malformed");
                if (read.UserData is { Length: > 0 })
                {
                    return NotPossible(
                        classic,
                        "an unsupported custom assignor is in use. "
                        + "Please refer to the documentation or switch to a default assignor before re-attempting the upgrade");
                }
                assignment = read;
            }
            // No protocol is chosen before the first rebalance ends, and a member that has joined since then may not support the one
            // that was. A partition that several members have would have several owners.
            if (classic.ProtocolName is not { } protocol || member.MetadataOrNull(protocol) is not { } metadata)
                return Fault(classic);
            if (EmbeddedProtocol.ReadSubscription(metadata) is not { } subscription)
                return NotPossible(classic, "the embedded consumer protocol is malformed");
            var target = Assignment.FromRecord(Assigned(assignment));
            if (target.Topics.Any(topic => topic.Partitions.Any(partition => !owned.Add((topic.TopicId, partition)))))
                return Fault(classic);
            members.Add(new(Convert(classic, member, subscription, target), target));
        }
        // The order in which Kafka's new group would list them.
        members = [.. TimelineOrder.Sort(
            members, converted => JavaString.HashCode(converted.Member.MemberId), TimelineOrder.CapacityOf(members.Count))];
        return null;
    }

    private HeartbeatError Fault(ClassicGroup classic)
    {
        context.Log.GroupNotUpgraded(classic.GroupId, "its members do not agree on a protocol and an assignment yet");
        return new(ErrorCode.UnknownServerError, null);
    }

    private static ConsumerGroupMember Convert(
        ClassicGroup classic, ClassicGroupMember member, ConsumerProtocolSubscription subscription, Assignment target) =>
        new(member.MemberId)
        {
            MemberEpoch = classic.GenerationId,
            PreviousMemberEpoch = classic.GenerationId,
            InstanceId = member.GroupInstanceId,
            RackId = string.IsNullOrEmpty(subscription.RackId) ? null : subscription.RackId,
            RebalanceTimeoutMs = member.RebalanceTimeoutMs,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            SubscribedTopics = TopicNames.Of(subscription.Topics),
            Assigned = OwnedPartitions.Of(target.Topics.Select(topic => new TopicEpochs(
                topic.TopicId, topic.Partitions.ToDictionary(partition => partition, _ => classic.GenerationId)))),
            Classic = ClassicProtocols.Of(member.Protocols, member.SessionTimeoutMs),
        };

    /// <summary>The partitions of topics that exist; a topic named twice has what is named last.</summary>
    private IEnumerable<TopicPartitions> Assigned(ConsumerProtocolAssignment assignment)
    {
        var topics = new Dictionary<Uuid, int[]>();
        foreach (var topic in assignment.AssignedPartitions)
        {
            if (context.Image.Topics.Topic(topic.Topic) is { } known)
                topics[known.Id] = [.. topic.Partitions.Distinct().Where(partition => partition >= 0 && partition < known.PartitionCount)];
        }
        return topics.Where(topic => topic.Value.Length > 0).Select(topic => new TopicPartitions(topic.Key, topic.Value));
    }

    private IEnumerable<ConsumerGroupRecord> Records(ClassicGroup classic, List<Converted> members)
    {
        var (groupId, epoch) = (classic.GroupId, classic.GenerationId);
        string[] topics = [.. members.SelectMany(converted => converted.Member.SubscribedTopics).Distinct(StringComparer.Ordinal)];
        return
        [
            .. members.Select(converted => ConsumerGroupRecords.Member(groupId, converted.Member)),
            ConsumerGroupRecords.Epoch(groupId, epoch, HasAllAssigned(topics, members) ? context.Metadata.HashOf(topics) : 0),
            .. members.Select(converted => ConsumerGroupRecords.Target(groupId, converted.Member.MemberId, converted.Target)),
            // Without a time the next assignment may be made at once.
            ConsumerGroupRecords.TargetEpoch(groupId, epoch, 0),
            .. members.Select(converted => ConsumerGroupRecords.Current(groupId, converted.Member)),
        ];
    }

    /// <summary>
    /// Whether the leader has assigned all partitions. If not, topics have grown since, and the first heartbeat must begin an epoch: a
    /// static member that takes the place of another one begins none by itself.
    /// </summary>
    private bool HasAllAssigned(string[] topics, List<Converted> members) =>
        topics.Sum(topic => context.Image.Topics.Topic(topic)?.PartitionCount ?? 0)
        == members.Sum(converted => converted.Target.Topics.Sum(topic => topic.Partitions.Length));
}
