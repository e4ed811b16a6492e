using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.State;

/// <summary>The kraft.version of the quorum, which is not among the metadata (Kafka's <c>KRaftVersionAccessor</c>). Thread-safe.</summary>
internal interface IKRaftVersion
{
    short Level { get; }

    /// <summary>Raises the level.</summary>
    /// <exception cref="StateMachineException">The quorum cannot have this level, or this node is not its leader.</exception>
    void Upgrade(short level, bool validateOnly);
}
