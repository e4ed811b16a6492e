using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using OwnedTopic = KafkaSharp.Protocol.Messages.ConsumerGroupHeartbeatRequest.TopicPartitionsData;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>
/// JoinGroup to a consumer group that has members (Kafka's <c>classicGroupJoinToConsumerGroup</c>): a classic member joins, or takes its
/// next step towards the target assignment. There is no join phase; the response comes when the records are written. Used on the shard's
/// event loop.
/// </summary>
internal sealed class ClassicMemberJoin(
    ConsumerContext context, PatternSubscriptions patterns, ConsumerRebalance rebalance, ConsumerTimers timers, GroupDowngrade downgrade)
{
    private const short RequiresKnownMemberIdVersion = 4;

    public CommandResult<GroupRecord> Join(ConsumerGroup group, JoinAttempt join)
    {
        var request = join.Request;
        var isUnknown = request.MemberId.Length == 0;
        var memberId = isUnknown ? context.NewMemberId() : request.MemberId;
        if (ClassicMembership.CheckJoin(group, memberId, request, context.Config.MaxSize) is var refused and not ErrorCode.None)
            return join.Refuse("", refused);
        if (isUnknown && request.GroupInstanceId is null && join.Context.ApiVersion >= RequiresKnownMemberIdVersion)
            return join.Refuse(memberId, ErrorCode.MemberIdRequired);
        var records = new List<GroupRecord>();
        if (FindMember(group, memberId, isUnknown, request, records, out var member) is var error and not ErrorCode.None)
            return join.Refuse("", error);
        // All protocols of a member have the same subscription.
        if (EmbeddedProtocol.ReadSubscription(request.Protocols[0].Metadata) is not { } subscription)
            return join.Refuse("", ErrorCode.UnknownServerError);
        var updated = Updated(member, join.Context, request, subscription);
        return Continue(group, join, member, updated, Owned(subscription), records);
    }

    /// <summary>The member as it is: a new one, or one that takes the place of a static member.</summary>
    private static ErrorCode FindMember(
        ConsumerGroup group, string memberId, bool isUnknown, JoinGroupRequest request, List<GroupRecord> records,
        out ConsumerGroupMember member)
    {
        member = group.Find(memberId) ?? new ConsumerGroupMember(memberId);
        if (request.GroupInstanceId is not { } instanceId)
            return ErrorCode.None;
        if (!isUnknown)
            return ClassicMembership.Find(group, memberId, instanceId, out member);
        if (group.FindStatic(instanceId) is not { } replaced)
            return ErrorCode.None;
        member = replaced.ReplacedBy(memberId);
        records.AddRange(ConsumerGroupRecords.ReplaceMember(group, replaced.MemberId, member));
        return ErrorCode.None;
    }

    private static ConsumerGroupMember Updated(
        ConsumerGroupMember member, GroupRequestContext client, JoinGroupRequest request, ConsumerProtocolSubscription subscription) =>
        member with
        {
            InstanceId = request.GroupInstanceId ?? member.InstanceId,
            RackId = string.IsNullOrEmpty(subscription.RackId) ? member.RackId : subscription.RackId,
            RebalanceTimeoutMs = request.RebalanceTimeoutMs == -1 ? member.RebalanceTimeoutMs : request.RebalanceTimeoutMs,
            SubscribedTopics = TopicNames.Of(subscription.Topics),
            // Classic members resolve regular expressions themselves.
            SubscribedPattern = "",
            ClientId = client.ClientId,
            ClientHost = client.ClientHost,
            Classic = ClassicProtocols.Of(request.Protocols, request.SessionTimeoutMs),
        };

    private CommandResult<GroupRecord> Continue(
        ConsumerGroup group, JoinAttempt join, ConsumerGroupMember member, ConsumerGroupMember updated, List<OwnedTopic> owned,
        List<GroupRecord> records)
    {
        var hasNewTopics = !member.SubscribedTopics.SetEquals(updated.SubscribedTopics);
        if (!updated.IsSameAs(member))
            records.Add(ConsumerGroupRecords.Member(group.GroupId, updated));
        var pattern = patterns.Update(group, member, updated, join.MayDescribe, records);
        var hasNewSubscription = hasNewTopics || pattern != PatternChange.None;
        var change = new MemberChange(group, member, updated);
        var epoch = rebalance.UpdateEpoch(group, change, hasNewSubscription, records);
        // A member that does not name its instance id in this request takes no place.
        var replaced = join.Request.GroupInstanceId is { } instanceId ? group.FindStatic(instanceId) : null;
        if (replaced is not null && downgrade.IsDueInPlaceOf(group, replaced))
        {
            // The others join again if the target is not the newest, or if one of them has its epoch and waits for partitions: the classic
            // group would say that it has them. Those with an older epoch join again by themselves, since it is no generation of the group.
            var rebalances = group.TargetEpoch < epoch || group.Members.Values.Any(other =>
                other != replaced && other.State == MemberState.UnreleasedPartitions && other.MemberEpoch == group.TargetEpoch);
            var joined = rebalances
                ? updated
                : rebalance.Reconcile(
                    group, updated, group.TargetEpoch, group.TargetOf(updated), hasNewSubscription, owned, records);
            return joined is null
                ? join.Refuse("", ErrorCode.FencedMemberEpoch)
                : Respond(join, joined, downgrade.Replace(group, replaced, joined, rebalances, records));
        }
        var (targetEpoch, target) = rebalance.UpdateTarget(group, epoch, change, records);
        if (rebalance.Reconcile(group, updated, targetEpoch, target, hasNewSubscription, owned, records) is not { } reconciled)
            return join.Refuse("", ErrorCode.FencedMemberEpoch);
        // Now, because the records may be committed after the request has timed out: a member without a session would stay for ever.
        timers.SetSession(group.GroupId, reconciled);
        return Respond(join, reconciled, new(records, error =>
        {
            if (error != ErrorCode.None)
                return;
            timers.SetSession(group.GroupId, reconciled);
            timers.SetSync(group.GroupId, reconciled.MemberId, join.Request.RebalanceTimeoutMs);
        }));
    }

    private static CommandResult<GroupRecord> Respond(JoinAttempt join, ConsumerGroupMember member, CommandResult<GroupRecord> result) =>
        result with
        {
            OnCompleted = error =>
            {
                result.OnCompleted?.Invoke(error);
                if (error == ErrorCode.None)
                    join.Response.TryComplete(Response(member));
            },
        };

    /// <summary>No member leads: the broker assigns.</summary>
    private static JoinGroupResponse Response(ConsumerGroupMember member) => new()
    {
        MemberId = member.MemberId,
        GenerationId = member.MemberEpoch,
        ProtocolType = ClassicGroup.ConsumerProtocolType,
        ProtocolName = member.Classic!.SupportedProtocols[0].Name,
    };

    /// <summary>What the member says it has, of topics that exist.</summary>
    private List<OwnedTopic> Owned(ConsumerProtocolSubscription subscription) =>
    [
        .. (subscription.OwnedPartitions ?? []).Where(topic => context.Image.Topics.Topic(topic.Topic) is not null)
            .Select(topic => new OwnedTopic { TopicId = context.Image.Topics.TopicId(topic.Topic), Partitions = topic.Partitions }),
    ];
}
