using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>The topics of the cluster. Called from any thread; must not block.</summary>
public interface ITopicLookup
{
    /// <summary>The id of a topic, or <see cref="Uuid.Zero"/> when there is none of that name.</summary>
    Uuid TopicId(string name);

    /// <summary>The name of a topic, or null when there is none of that id.</summary>
    string? TopicName(Uuid topicId);

    bool PartitionExists(string topic, int partition);
}
