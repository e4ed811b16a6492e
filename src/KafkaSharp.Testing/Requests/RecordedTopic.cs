namespace KafkaSharp.Testing.Requests;

/// <summary>A topic that a request names.</summary>
/// <param name="Name">The name.</param>
/// <param name="Partitions">The partitions that the request names; empty where it names the topic alone.</param>
public sealed record RecordedTopic(string Name, IReadOnlyList<int> Partitions)
{
    public override string ToString() => Partitions.Count == 0 ? Name : $"{Name}[{string.Join(",", Partitions)}]";
}
