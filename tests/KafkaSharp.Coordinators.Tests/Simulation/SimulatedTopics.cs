using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>The topics of a simulation, which are created, enlarged, deleted and created again with another id.</summary>
internal sealed class SimulatedTopics(GroupHarness harness, Random random, int maxPartitions)
{
    private static readonly string[] _names = ["con", "t1", "t2", "t3"];

    private readonly Dictionary<string, int> _topics = [];
    private long _ids;

    /// <summary>The topics that exist, with their numbers of partitions.</summary>
    public IReadOnlyDictionary<string, int> All => _topics;

    public void Create(string name)
    {
        _topics[name] = random.Next(1, maxPartitions + 1);
        harness.Topics.Add(name, _topics[name], new Uuid(7, ++_ids));
        harness.PublishTopics((name, _topics[name]));
    }

    /// <summary>The name, and the id of the topic if it was deleted.</summary>
    public (string Name, Uuid? Deleted) Change()
    {
        var name = _names[random.Next(_names.Length)];
        if (!_topics.TryGetValue(name, out var partitions))
        {
            Create(name);
        }
        else if (random.Next(3) > 0)
        {
            _topics[name] = partitions + random.Next(1, 4);
            harness.Topics.Add(name, _topics[name], harness.Topics.TopicId(name));
            harness.PublishTopics((name, _topics[name]));
        }
        else if (name != "con")
        {
            var id = harness.Topics.TopicId(name);
            _topics.Remove(name);
            harness.RemoveTopic(name);
            return (name, id);
        }
        return (name, null);
    }

    public string[] Some() => random.Next(2) == 0 ? _names : [.. _names.Where(_ => random.Next(2) == 0).DefaultIfEmpty("con")];
}
