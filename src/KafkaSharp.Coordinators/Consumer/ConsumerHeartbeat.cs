using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;
using Request = KafkaSharp.Protocol.Messages.ConsumerGroupHeartbeatRequest;
using Response = KafkaSharp.Protocol.Messages.ConsumerGroupHeartbeatResponse;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// ConsumerGroupHeartbeat of a member that joins, stays or changes (Kafka's <c>consumerGroupHeartbeat</c>), in this order: the member and
/// its subscription, the epoch of the group, the target assignment, the next step of the member. Each adds its records; replay changes the
/// state. Used on the shard's event loop.
/// </summary>
internal sealed class ConsumerHeartbeat(
    ConsumerContext context, ConsumerGroups groups, ConsumerTimers timers, PatternSubscriptions patterns, ConsumerRebalance rebalance,
    IProtocolMigration migration)
{
    private const int JoinEpoch = 0;

    /// <param name="client">The request besides its body.</param>
    /// <param name="request">The request.</param>
    /// <param name="mayDescribe">Whether the client may know of a topic.</param>
    /// <param name="patternFault">Why the regular expression of the request is invalid, if it is.</param>
    public CommandResult<GroupRecord, Response> Heartbeat(
        GroupRequestContext client, Request request, Predicate<string> mayDescribe, string? patternFault)
    {
        var records = new List<GroupRecord>();
        if (FindGroup(request, records, out var group) is { } noGroup)
            return ConsumerResponses.Refuse(noGroup);
        if (ConsumerMembership.CheckSize(group, request.MemberId, context.Config.MaxSize) is { } full)
            return ConsumerResponses.Refuse(full);
        if (request.MemberId.Length == 0)
            request.MemberId = context.NewMemberId();
        if (FindMember(group, request, records, out var member) is { } refused)
            return ConsumerResponses.Refuse(refused);
        var updated = Updated(member, client, request);
        if (PatternSubscriptions.Check(group, member, updated, patternFault) is { } invalid)
            return ConsumerResponses.Refuse(invalid);

        var hasNewTopics = !member.SubscribedTopics.SetEquals(updated.SubscribedTopics);
        if (!updated.IsSameAs(member))
            records.Add(ConsumerGroupRecords.Member(group.GroupId, updated));
        var pattern = patterns.Update(group, member, updated, mayDescribe, records);
        var change = new MemberChange(group, member, updated);
        var epoch = rebalance.UpdateEpoch(group, change, hasNewTopics || pattern == PatternChange.Resolved, records);
        var (targetEpoch, target) = rebalance.UpdateTarget(group, epoch, change, records);
        var hasNewSubscription = hasNewTopics || pattern != PatternChange.None;
        if (rebalance.Reconcile(group, updated, targetEpoch, target, hasNewSubscription, request.TopicPartitions, records)
            is not { } reconciled)
        {
            return ConsumerResponses.Refuse(new(
                ErrorCode.FencedMemberEpoch,
                "The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin."));
        }
        timers.SetSession(group.GroupId, reconciled.MemberId);
        if (member.UsesClassicProtocol)
            timers.CancelClassic(group.GroupId, reconciled.MemberId);
        return new(records, Respond(group, request, member, reconciled), IsAtomic: true);
    }

    /// <summary>The group; one that joins creates it, in place of a classic group.</summary>
    private HeartbeatError? FindGroup(Request request, List<GroupRecord> records, out ConsumerGroup group)
    {
        var (found, known) = (groups.FindAny(request.GroupId), groups.Find(request.GroupId));
        group = known ?? groups.New(request.GroupId);
        if (known is not null)
            return null;
        if (request.MemberEpoch != JoinEpoch || found is { Type: not GroupType.Classic })
            return found is null
                ? new(ErrorCode.GroupIdNotFound, $"Consumer group {request.GroupId} not found.")
                : ConsumerMembership.NoGroup(existsOtherwise: true, request.GroupId);
        if (found is { IsEmpty: false })
            return migration.Upgrade(found, records, out group);
        records.AddRange(found?.Tombstones() ?? []);
        return null;
    }

    /// <summary>The member as it is; a new one, or one that takes the place of a static member that is away.</summary>
    private static HeartbeatError? FindMember(
        ConsumerGroup group, Request request, List<GroupRecord> records, out ConsumerGroupMember member)
    {
        var isJoining = request.MemberEpoch == JoinEpoch;
        var known = request.InstanceId is null ? group.Find(request.MemberId) : group.FindStatic(request.InstanceId);
        member = known ?? group.Find(request.MemberId) ?? new ConsumerGroupMember(request.MemberId);
        if (request.InstanceId is null)
            return ConsumerMembership.CheckDynamic(group, known, request);
        if (!isJoining)
            return ConsumerMembership.CheckStatic(known, request);
        if (known is null)
            return null;
        if (ConsumerMembership.CheckReleased(known, request) is { } unreleased)
            return unreleased;
        member = known.ReplacedBy(request.MemberId);
        records.AddRange(ConsumerGroupRecords.ReplaceMember(group, known.MemberId, member));
        return null;
    }

    private static ConsumerGroupMember Updated(ConsumerGroupMember member, GroupRequestContext client, Request request) => member with
    {
        InstanceId = request.InstanceId ?? member.InstanceId,
        RackId = request.RackId ?? member.RackId,
        RebalanceTimeoutMs = request.RebalanceTimeoutMs == -1 ? member.RebalanceTimeoutMs : request.RebalanceTimeoutMs,
        ServerAssignor = request.ServerAssignor ?? member.ServerAssignor,
        SubscribedTopics = request.SubscribedTopicNames is { } names ? TopicNames.Of(names) : member.SubscribedTopics,
        SubscribedPattern = request.SubscribedTopicRegex ?? member.SubscribedPattern,
        ClientId = client.ClientId,
        ClientHost = client.ClientHost,
        Classic = null,
    };

    /// <summary>The assignment is in the response to a request with all fields, and when it has changed.</summary>
    private Response Respond(ConsumerGroup group, Request request, ConsumerGroupMember before, ConsumerGroupMember member)
    {
        var isFull = request is { RebalanceTimeoutMs: not -1, TopicPartitions: not null }
            && (request.SubscribedTopicNames is not null || request.SubscribedTopicRegex is not null);
        return new Response
        {
            MemberId = member.MemberId,
            MemberEpoch = member.MemberEpoch,
            HeartbeatIntervalMs = context.Config.HeartbeatIntervalOf(context.Image, group.GroupId),
            Assignment = request.MemberEpoch == JoinEpoch || isFull || !member.Assigned.IsSameAs(before.Assigned)
                ? ConsumerResponses.Assignment(member.Assigned)
                : null,
        };
    }
}
