namespace KafkaSharp.Coordinators.Consumer;

/// <summary>A member before and after a request, and what the group subscribes to then, which is found out once. Not thread-safe.</summary>
internal sealed class MemberChange(ConsumerGroup group, ConsumerGroupMember member, ConsumerGroupMember updated)
{
    public ConsumerGroupMember Member { get; } = member;

    public ConsumerGroupMember Updated { get; } = updated;

    public SubscriptionCounts CountsAfter => field ??= group.Subscriptions.CountsAfter(Member, Updated);
}
