using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Coordinators.Records;
using OwnedTopic = KafkaSharp.Protocol.Messages.ConsumerGroupHeartbeatRequest.TopicPartitionsData;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// The steps of a rebalance that follow when a member was added or updated, whichever protocol it uses: the epoch of the group, the target
/// assignment, the next step of the member. Each adds its records. Used on the shard's event loop.
/// </summary>
internal sealed class ConsumerRebalance(ConsumerContext context, ConsumerTimers timers)
{
    /// <summary>Begins a new epoch of the group when the topics it subscribes to, or their metadata, have changed.</summary>
    public int UpdateEpoch(ConsumerGroup group, MemberChange change, bool hasChanged, List<GroupRecord> records)
    {
        var isCurrent = group.LastRefresh.TopicsVersion == context.Metadata.TopicsVersion && group.Epoch >= group.LastRefresh.Epoch;
        if (!hasChanged && isCurrent)
            return group.Epoch;
        var hash = context.Metadata.HashOf(change.CountsAfter.Topics);
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
    public (int Epoch, Assignment Target) UpdateTarget(ConsumerGroup group, int epoch, MemberChange change, List<GroupRecord> records)
    {
        var (member, updated) = (change.Member, change.Updated);
        var interval = context.Config.AssignmentIntervalOf(context.Image, group.GroupId);
        var mayMake = group.TargetTimestampMs == 0 || interval == 0 || context.NowMs >= group.TargetTimestampMs + interval;
        if (group.TargetEpoch >= epoch || !mayMake)
            return (group.TargetEpoch, group.TargetOf(updated));
        var isNew = group.Find(updated.MemberId) is null && group.StaticMemberId(updated.InstanceId) is null;
        var isHomogeneous = group.Subscriptions.IsHomogeneousAfter(
            member, updated, change.CountsAfter, group.Members.Count + (isNew ? 1 : 0));
        var assignor = context.Assignor(group.PreferredAssignorAfter(member, updated));
        var begin = context.Shard.Time.GetTimestamp();
        var target = new TargetAssignment(group, updated, context.Image).Make(assignor, isHomogeneous, epoch, context.NowMs, records);
        context.Log.ConsumerGroupAssigned(
            group.GroupId, epoch, assignor.Name, context.Shard.Time.GetElapsedTime(begin).TotalMilliseconds);
        return (epoch, target);
    }

    /// <summary>The member after its next step towards the target; null when it must be fenced.</summary>
    public ConsumerGroupMember? Reconcile(
        ConsumerGroup group, ConsumerGroupMember member, int targetEpoch, Assignment target, bool hasNewSubscription,
        IReadOnlyList<OwnedTopic>? reported, List<GroupRecord> records)
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
            Reported = reported,
        }.Next();
        if (next is not null && !next.IsSameAs(member))
        {
            records.Add(ConsumerGroupRecords.Current(group.GroupId, next));
            // A classic member has the time of a join and of a sync instead.
            if (!next.UsesClassicProtocol)
                timers.SetRebalance(group.GroupId, next);
        }
        return next;
    }
}
