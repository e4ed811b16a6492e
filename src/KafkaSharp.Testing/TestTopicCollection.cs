using System.Collections.ObjectModel;

namespace KafkaSharp.Testing;

/// <summary>Topics for a collection initializer: <c>Topics = { "orders", { "payments", 3 } }</c>. Not thread-safe.</summary>
public sealed class TestTopicCollection : Collection<TestTopic>
{
    public void Add(string name, int partitions = 1, IReadOnlyDictionary<string, string>? configs = null) =>
        Add(new TestTopic(name, partitions, configs));
}
