using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>Finds the broker that coordinates an id: the leader of the partition of the coordinator's topic that keeps it.</summary>
interface ICoordinatorLocator
{
    /// <summary>
    /// The broker's id and its endpoint on a listener. COORDINATOR_NOT_AVAILABLE where there is none yet; the topic is then being created.
    /// </summary>
    ValueTask<(ErrorCode Error, int NodeId, Endpoint? Endpoint)> FindAsync(CoordinatorType type, string key, string listenerName);
}
