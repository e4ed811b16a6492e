using KafkaSharp.Coordinators.Runtime;

namespace KafkaSharp.Broker.Coordination;

/// <summary>A coordinator with the topic that holds its state.</summary>
/// <param name="Name">The name of the topic.</param>
/// <param name="Coordinator">The coordinator.</param>
/// <param name="Creator">Creates the topic.</param>
internal sealed record CoordinatedTopic(string Name, IPartitionedCoordinator Coordinator, InternalTopicCreator Creator);
