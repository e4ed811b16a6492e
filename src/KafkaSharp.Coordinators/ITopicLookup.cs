using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators;

/// <summary>What the coordinator asks of the metadata image. Called from any thread; must not block.</summary>
public interface ITopicLookup
{
    /// <summary>The id of a topic, or <see cref="Uuid.Zero"/> where there is none of that name.</summary>
    Uuid TopicId(string name);

    /// <summary>The name of a topic, or null where there is none of that id.</summary>
    string? TopicName(Uuid topicId);

    bool PartitionExists(string topic, int partition);
}
