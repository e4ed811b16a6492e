namespace KafkaSharp.Testing;

/// <summary>A member of a group.</summary>
/// <param name="MemberId">The id that the coordinator gave to it.</param>
/// <param name="InstanceId">The <c>group.instance.id</c> of a static member; null for others.</param>
/// <param name="ClientId">Its <c>client.id</c>.</param>
/// <param name="Assignment">The partitions that it is to consume. Empty until the group is stable, and for groups of other kinds.</param>
public sealed record TestGroupMember(
    string MemberId, string? InstanceId, string ClientId, IReadOnlyList<(string Topic, int Partition)> Assignment)
{
    public override string ToString() =>
        $"{MemberId}: {string.Join(", ", Assignment.Select(partition => $"{partition.Topic}-{partition.Partition}"))}";
}
