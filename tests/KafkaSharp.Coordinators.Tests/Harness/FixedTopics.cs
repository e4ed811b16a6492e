using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Harness;

/// <summary>The topics a test says there are.</summary>
internal sealed class FixedTopics : ITopicLookup
{
    private readonly Dictionary<string, (Uuid Id, int Partitions)> _topics = [];

    public FixedTopics Add(string name, int partitions, Uuid? id = null)
    {
        _topics[name] = (id ?? new Uuid(1, _topics.Count + 1), partitions);
        return this;
    }

    public void Remove(string name) => _topics.Remove(name);

    public Uuid TopicId(string name) => _topics.TryGetValue(name, out var topic) ? topic.Id : Uuid.Zero;

    public string? TopicName(Uuid topicId) => _topics.FirstOrDefault(topic => topic.Value.Id == topicId).Key;

    public bool PartitionExists(string topic, int partition) =>
        _topics.TryGetValue(topic, out var known) && partition >= 0 && partition < known.Partitions;
}
