using KafkaSharp.Coordinators.Assignors;
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
    ConsumerContext context, ConsumerGroups groups, ConsumerTimers timers, PatternSubscriptions patterns)
{
    private const int JoinEpoch = 0;

    public CommandResult<GroupRecord, Response> Heartbeat(GroupRequestContext client, Request request, Predicate<string> mayDescribe)
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
        if (PatternSubscriptions.Check(group, member, updated) is { } invalid)
            return ConsumerResponses.Refuse(invalid);

        var hasNewTopics = !member.SubscribedTopics.SetEquals(updated.SubscribedTopics);
        if (!updated.IsSameAs(member))
            records.Add(ConsumerGroupRecords.Member(group.GroupId, updated));
        var pattern = patterns.Update(group, member, updated, mayDescribe, records);
        var epoch = UpdateEpoch(group, member, updated, hasNewTopics || pattern == PatternChange.Resolved, records);
        var (targetEpoch, target) = UpdateTarget(group, epoch, member, updated, records);
        var hasNewSubscription = hasNewTopics || pattern != PatternChange.None;
        if (Reconcile(group, updated, targetEpoch, target, hasNewSubscription, request, records) is not { } reconciled)
        {
            return ConsumerResponses.Refuse(new(
                ErrorCode.FencedMemberEpoch,
                "The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin."));
        }
        timers.SetSession(group.GroupId, reconciled.MemberId);
        return new(records, Respond(group, request, member, reconciled), IsAtomic: true);
    }

    /// <summary>The group; one that joins creates it, in place of an empty classic group.</summary>
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
        {
            return new(
                ErrorCode.GroupIdNotFound,
                $"Cannot upgrade classic group {request.GroupId} to consumer group because online upgrade is disabled.");
        }
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
        member = known with { MemberId = request.MemberId, MemberEpoch = JoinEpoch, PreviousMemberEpoch = JoinEpoch };
        records.AddRange(ConsumerGroupRecords.RemoveMember(group.GroupId, known.MemberId));
        records.Add(ConsumerGroupRecords.Member(group.GroupId, member));
        records.Add(ConsumerGroupRecords.Target(group.GroupId, member.MemberId, group.TargetOf(known.MemberId)));
        records.Add(ConsumerGroupRecords.Current(group.GroupId, member));
        return null;
    }

    private static ConsumerGroupMember Updated(ConsumerGroupMember member, GroupRequestContext client, Request request) => member with
    {
        InstanceId = request.InstanceId ?? member.InstanceId,
        RackId = request.RackId ?? member.RackId,
        RebalanceTimeoutMs = request.RebalanceTimeoutMs == -1 ? member.RebalanceTimeoutMs : request.RebalanceTimeoutMs,
        ServerAssignor = request.ServerAssignor ?? member.ServerAssignor,
        SubscribedTopics = request.SubscribedTopicNames?.ToHashSet(StringComparer.Ordinal) ?? member.SubscribedTopics,
        SubscribedPattern = request.SubscribedTopicRegex ?? member.SubscribedPattern,
        ClientId = client.ClientId,
        ClientHost = client.ClientHost,
        Classic = null,
    };

    /// <summary>Begins a new epoch of the group when the topics it subscribes to, or their metadata, have changed.</summary>
    private int UpdateEpoch(
        ConsumerGroup group, ConsumerGroupMember member, ConsumerGroupMember updated, bool hasChanged, List<GroupRecord> records)
    {
        var isCurrent = group.LastRefresh.TopicsVersion == context.Metadata.TopicsVersion && group.Epoch >= group.LastRefresh.Epoch;
        if (!hasChanged && isCurrent)
            return group.Epoch;
        var hash = context.Metadata.HashOf(group.Subscriptions.CountsAfter(member, updated).Topics);
        var epoch = group.Epoch;
        if (hasChanged || hash != group.MetadataHash)
        {
            records.Add(ConsumerGroupRecords.Epoch(group.GroupId, ++epoch, hash));
            context.Log.ConsumerGroupEpoch(group.GroupId, epoch, hash);
        }
        group.LastRefresh = (context.Metadata.TopicsVersion, epoch);
        if (group.HasPartitionMetadata)
            records.Add(ConsumerGroupRecords.RemovePartitionMetadata(group.GroupId));
        return epoch;
    }

    /// <summary>Makes a new target assignment when the epoch asks for it, though not more often than the interval of the group.</summary>
    private (int Epoch, Assignment Target) UpdateTarget(
        ConsumerGroup group, int epoch, ConsumerGroupMember member, ConsumerGroupMember updated, List<GroupRecord> records)
    {
        var interval = context.Config.AssignmentIntervalOf(context.Image, group.GroupId);
        var mayMake = group.TargetTimestampMs == 0 || interval == 0 || context.NowMs >= group.TargetTimestampMs + interval;
        if (group.TargetEpoch >= epoch || !mayMake)
            return (group.TargetEpoch, group.TargetOf(updated));
        var isNew = group.Find(updated.MemberId) is null && group.StaticMemberId(updated.InstanceId) is null;
        var isHomogeneous = group.Subscriptions.IsHomogeneousAfter(
            member, updated, group.Subscriptions.CountsAfter(member, updated), group.Members.Count + (isNew ? 1 : 0));
        var assignor = context.Assignor(group.PreferredAssignorAfter(member, updated));
        return (epoch, new TargetAssignment(group, updated, context.Image).Make(
            assignor, isHomogeneous, epoch, context.NowMs, records));
    }

    private ConsumerGroupMember? Reconcile(
        ConsumerGroup group, ConsumerGroupMember member, int targetEpoch, Assignment target, bool hasNewSubscription, Request request,
        List<GroupRecord> records)
    {
        if (!hasNewSubscription && member.IsReconciledTo(targetEpoch))
            return member;
        var subscribed = group.Subscriptions.TopicsOf(member).ToHashSet(StringComparer.Ordinal);
        var next = new Reconciliation(member, targetEpoch, target)
        {
            IsSubscribed = topicId => context.Image.Topics.TopicName(topicId) is { } name && subscribed.Contains(name),
            HasNoSubscription = subscribed.Count == 0,
            IsOwned = group.IsOwned,
            HasSubscriptionChanged = hasNewSubscription,
            Reported = request.TopicPartitions,
        }.Next();
        if (next is not null && !next.IsSameAs(member))
        {
            records.Add(ConsumerGroupRecords.Current(group.GroupId, next));
            timers.SetRebalance(group.GroupId, next);
        }
        return next;
    }

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
