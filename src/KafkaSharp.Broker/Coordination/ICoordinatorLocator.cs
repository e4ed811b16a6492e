using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Coordination;

/// <summary>Finds the broker that coordinates an id: the leader of the partition of the coordinator's topic that holds its state.</summary>
internal interface ICoordinatorLocator
{
    /// <summary>
    /// The broker's id and its endpoint on a listener. COORDINATOR_NOT_AVAILABLE while the topic is being created or has no leader.
    /// </summary>
    ValueTask<(ErrorCode Error, int NodeId, NodeEndpoint? Endpoint)> FindAsync(CoordinatorType type, string key, string listenerName);
}
