using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Protocol;
using OwnedTopic = KafkaSharp.Protocol.Messages.ConsumerGroupHeartbeatRequest.TopicPartitionsData;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// One step of a member from what it has towards the target assignment (Kafka's <c>CurrentAssignmentBuilder</c>): it first gives up what it
/// is not to have, then enters the epoch of the target, then receives partitions as other members give them up. So no partition has two
/// owners. Used once, by one thread.
/// </summary>
/// <param name="member">The member as it is.</param>
/// <param name="targetEpoch">The epoch of the target assignment.</param>
/// <param name="target">The target assignment of the member.</param>
internal sealed class Reconciliation(ConsumerGroupMember member, int targetEpoch, Assignment target)
{
    /// <summary>Whether the member subscribes to a topic.</summary>
    public required Predicate<Uuid> IsSubscribed { get; init; }

    /// <summary>Whether the member subscribes to no topic, whether it exists or not.</summary>
    public required bool HasNoSubscription { get; init; }

    /// <summary>Whether a member has a partition now, this one or another.</summary>
    public required Func<Uuid, int, bool> IsOwned { get; init; }

    /// <summary>Whether the subscription of the member has just changed: topics it does not subscribe to any more are taken away.</summary>
    public required bool HasSubscriptionChanged { get; init; }

    /// <summary>The partitions that the member says it has; null when it does not say.</summary>
    public required IReadOnlyList<OwnedTopic>? Reported { get; init; }

    /// <summary>The member after the step, the same object if nothing changes; null when it must be fenced.</summary>
    public ConsumerGroupMember? Next() => member.State switch
    {
        MemberState.Stable when member.MemberEpoch != targetEpoch => Reconcile(),
        MemberState.UnrevokedPartitions when Reports(member.PendingRevocation) =>
            HasSubscriptionChanged ? TakeAwayUnsubscribed() : member,
        MemberState.UnrevokedPartitions or MemberState.UnreleasedPartitions => Reconcile(),
        MemberState.Stable => HasSubscriptionChanged ? TakeAwayUnsubscribed() : member,
        // The state of a newer broker is not known here, so the member starts again without partitions.
        _ => Reported is { Count: 0 } ? Reconcile() : null,
    };

    private bool Reports(OwnedPartitions partitions) => Reported is null || Reported.Any(
        topic => topic.Partitions.Exists(partition => partitions.Contains(topic.TopicId, partition)));

    private ConsumerGroupMember TakeAwayUnsubscribed()
    {
        var assigned = member.Assigned;
        var unsubscribed = assigned.TopicIds.Where(topicId => !IsSubscribed(topicId)).ToHashSet();
        var startsAnew = HasNoSubscription && member.PendingRevocation.IsEmpty;
        if (unsubscribed.Count == 0 && !startsAnew)
            return member;
        var kept = OwnedPartitions.Of(
            assigned.TopicIds.Except(unsubscribed).Select(topicId => new TopicEpochs(topicId, assigned.Of(topicId))));
        var revoked = OwnedPartitions.Of(member.PendingRevocation.TopicIds.Union(unsubscribed).Select(topicId => new TopicEpochs(
            topicId,
            unsubscribed.Contains(topicId)
                ? Union(member.PendingRevocation.Of(topicId), assigned.Of(topicId))
                : member.PendingRevocation.Of(topicId))));
        var changed = member.InEpoch(member.MemberEpoch) with { Assigned = kept };
        return !revoked.IsEmpty && Reports(revoked)
            ? changed with { State = MemberState.UnrevokedPartitions, PendingRevocation = revoked }
            : changed;
    }

    private ConsumerGroupMember Reconcile()
    {
        var (kept, revoked, added) = (new List<TopicEpochs>(), new List<TopicEpochs>(), new List<TopicEpochs>());
        var waits = false;
        foreach (var topicId in target.Topics.Select(topic => topic.TopicId).Union(member.Assigned.TopicIds))
        {
            HashSet<int> wanted = IsSubscribed(topicId) ? [.. target.Of(topicId)] : [];
            var current = member.Assigned.Of(topicId);
            kept.Add(new(topicId, current.Where(entry => wanted.Contains(entry.Key)).ToDictionary()));
            revoked.Add(new(topicId, current.Where(entry => !wanted.Contains(entry.Key)).ToDictionary()));
            var missing = wanted.Where(partition => !current.ContainsKey(partition)).ToList();
            waits |= missing.RemoveAll(partition => IsUnreleased(topicId, partition)) > 0;
            added.Add(new(topicId, missing.ToDictionary(partition => partition, _ => targetEpoch)));
        }
        var (assigned, pending) = (OwnedPartitions.Of(kept), OwnedPartitions.Of(revoked));
        if (!pending.IsEmpty && Reports(pending))
        {
            return member.InEpoch(member.MemberEpoch) with
            {
                State = MemberState.UnrevokedPartitions, Assigned = assigned, PendingRevocation = pending,
            };
        }
        return member.InEpoch(targetEpoch) with
        {
            State = waits ? MemberState.UnreleasedPartitions : MemberState.Stable,
            Assigned = OwnedPartitions.Of(kept.Zip(added, (one, other) => one with { Epochs = Union(one.Epochs, other.Epochs) })),
            PendingRevocation = OwnedPartitions.Empty,
        };
    }

    /// <summary>Whether another member has the partition: one that this member is giving up itself is not another's.</summary>
    private bool IsUnreleased(Uuid topicId, int partition) =>
        IsOwned(topicId, partition) && !member.PendingRevocation.Contains(topicId, partition);

    private static IReadOnlyDictionary<int, int> Union(IReadOnlyDictionary<int, int> one, IReadOnlyDictionary<int, int> other)
    {
        if (other.Count == 0)
            return one;
        var union = new Dictionary<int, int>(one);
        foreach (var (partition, epoch) in other)
            union[partition] = epoch;
        return union;
    }
}
