using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>
/// A consumer group becomes a classic group because no member of the consumer protocol is left (Kafka's <c>convertToClassicGroup</c>). Its
/// target assignment is the assignment of the classic members. Used on the shard's event loop.
/// </summary>
internal sealed class GroupDowngrade(
    ConsumerContext context, ClassicContext classic, ClassicRebalance rebalance, ConsumerTimers timers)
{
    /// <summary>Whether the group becomes classic when members leave it.</summary>
    public bool IsDueWithout(ConsumerGroup group, IReadOnlyCollection<ConsumerGroupMember> leaving)
    {
        var remaining = group.Members.Values.Where(member => leaving.All(other => other.MemberId != member.MemberId)).ToList();
        return remaining.Count > 0 && remaining.TrueForAll(member => member.UsesClassicProtocol) && IsAllowed(group, remaining.Count);
    }

    /// <summary>Whether the group becomes classic when a classic member takes the place of a static member.</summary>
    public bool IsDueInPlaceOf(ConsumerGroup group, ConsumerGroupMember replaced) =>
        !replaced.UsesClassicProtocol
        && group.Members.Values.All(member => member.UsesClassicProtocol || member.MemberId == replaced.MemberId)
        && IsAllowed(group, group.Members.Count);

    /// <summary>Members leave, and the others join again.</summary>
    public CommandResult<GroupRecord> Leave(ConsumerGroup group, IReadOnlyCollection<ConsumerGroupMember> leaving)
    {
        var records = new List<GroupRecord>(ConsumerGroupRecords.RemoveGroup(group));
        var remaining = group.MembersInOrder.Where(member => leaving.All(other => other.MemberId != member.MemberId));
        var members = remaining.Select(member => (member, member.MemberId));
        return Convert(group, members, $"group {group.GroupId} is classic again because members left", records);
    }

    /// <summary>
    /// A classic member takes the place of the last member of the consumer protocol. The others join again if the target assignment is
    /// older than the group.
    /// </summary>
    public CommandResult<GroupRecord> Replace(
        ConsumerGroup group, ConsumerGroupMember replaced, ConsumerGroupMember joining, bool rebalances, List<GroupRecord> records)
    {
        // The records up to here have replaced the member already.
        records.AddRange(ConsumerGroupRecords.RemoveGroup(
            group, [.. group.MembersInOrder.Select(member => member == replaced ? joining.MemberId : member.MemberId)]));
        var members = group.MembersInOrder.Where(member => member != replaced).Select(member => (member, member.MemberId))
            .Append((joining, replaced.MemberId));
        return Convert(
            group, members, rebalances ? $"group {group.GroupId} is classic again with an old assignment" : null, records);
    }

    /// <param name="group">The group.</param>
    /// <param name="members">The members, and whose target each receives.</param>
    /// <param name="rebalanceReason">Why the members join again; null if they do not.</param>
    /// <param name="records">The records so far.</param>
    private CommandResult<GroupRecord> Convert(
        ConsumerGroup group, IEnumerable<(ConsumerGroupMember Member, string TargetOf)> members, string? rebalanceReason,
        List<GroupRecord> records)
    {
        var converted = members.ToDictionary(pair => pair.Member.MemberId, pair => pair.TargetOf, StringComparer.Ordinal);
        var became = new ClassicGroup(
            group.GroupId, classic, rebalance, group.Epoch, members.Select(pair => Convert(pair.Member)));
        foreach (var member in became.Members)
        {
            member.Assignment = EmbeddedProtocol.WriteAssignment(
                group.TargetOf(converted[member.MemberId]).Topics, context.Image, member.Metadata(became.ProtocolName!));
        }
        records.Add(ConvertedGroupRecord.Of(became));
        foreach (var member in became.Members)
            rebalance.ResetSession(became, member);
        if (rebalanceReason is not null)
            rebalance.Prepare(became, rebalanceReason);
        // Now, and not when the records are committed: it may be a consumer group again by then.
        timers.Suspend(group.GroupId, group.Members.Values);
        // Its timers would write the group of another protocol when its own records are not written.
        context.Shard.Undo.Add(() => became.OnUnloaded(ErrorCode.RebalanceInProgress));
        context.Log.GroupDowngraded(group.GroupId, became.Members.Count);
        return new(records);
    }

    private static ClassicGroupMember Convert(ConsumerGroupMember member) => new(
        member.MemberId, member.InstanceId, member.ClientId, member.ClientHost, member.RebalanceTimeoutMs,
        member.Classic!.SessionTimeoutMs, ClassicGroup.ConsumerProtocolType, ClassicProtocols.ToJoin(member.Classic));

    private bool IsAllowed(ConsumerGroup group, int members)
    {
        var refusal = !context.Config.MigrationPolicy.HasFlag(MigrationPolicy.Downgrade) ? "online downgrade is disabled"
            : members > classic.Config.MaxSize ? "it has more members than a classic group may have (group.max.size)"
            : null;
        if (refusal is not null)
            context.Log.GroupNotDowngraded(group.GroupId, refusal);
        return refusal is null;
    }
}
