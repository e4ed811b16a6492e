using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Assignors;

/// <summary>What an assignor needs to know of a group (Kafka's <c>GroupSpec</c> and <c>SubscribedTopicDescriber</c>). Immutable.</summary>
/// <param name="Members">The members, in the order of the hash table that Kafka's broker holds them in.</param>
/// <param name="IsHomogeneous">Whether all members subscribe to the same topics.</param>
/// <param name="PartitionCounts">The number of partitions of each subscribed topic.</param>
internal sealed record AssignorInput(
    IReadOnlyList<AssignorMember> Members, bool IsHomogeneous, IReadOnlyDictionary<Uuid, int> PartitionCounts);
