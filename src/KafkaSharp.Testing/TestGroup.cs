namespace KafkaSharp.Testing;

/// <summary>A group of a test broker as it was when asked for.</summary>
/// <param name="Id">The <c>group.id</c>.</param>
/// <param name="State">Its state by Kafka's name: Empty, PreparingRebalance, CompletingRebalance, Stable, Dead (there is none).</param>
/// <param name="Protocol">The assignor that its members have agreed on; empty without members.</param>
/// <param name="Members">Its members.</param>
/// <param name="Offsets">The committed offsets by topic and partition.</param>
public sealed record TestGroup(
    string Id,
    string State,
    string Protocol,
    IReadOnlyList<TestGroupMember> Members,
    IReadOnlyDictionary<(string Topic, int Partition), long> Offsets)
{
    public override string ToString() =>
        $"group {Id} is {State}, members: [{string.Join("; ", Members)}], offsets: "
        + $"[{string.Join(", ", Offsets.Select(offset => $"{offset.Key.Topic}-{offset.Key.Partition}: {offset.Value}"))}]";
}
