using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>Decides on which brokers new partitions lie, by hand or by the placer. On the controller's event loop only.</summary>
internal sealed class PartitionPlacement(ControllerState state, LeaderAndIsrControl leaders, JavaRandom random)
{
    private readonly StripedReplicaPlacer _placer = new(random);

    /// <summary>New partitions where the placer puts them.</summary>
    /// <exception cref="StateMachineException">INVALID_REPLICATION_FACTOR.</exception>
    public List<PartitionRegistration> Place(int partitions, int replicas)
    {
        var placed = new List<PartitionRegistration>(partitions);
        foreach (var assignment in _placer.Place(partitions, replicas, UsableBrokers()))
        {
            placed.Add(Register(assignment) ?? throw new StateMachineException(
                ErrorCode.InvalidReplicationFactor, "All brokers are currently fenced or in controlled shutdown."));
        }
        return placed;
    }

    /// <summary>A new partition where a request wants it.</summary>
    /// <param name="replicas">The brokers, the preferred leader first.</param>
    /// <param name="partition">Its number, for messages.</param>
    /// <param name="replicationFactor">How many replicas the partitions before it have, or null for the first.</param>
    /// <exception cref="StateMachineException">INVALID_REPLICA_ASSIGNMENT.</exception>
    public PartitionRegistration PlaceManually(int[] replicas, int partition, int? replicationFactor)
    {
        CheckManual(replicas, replicationFactor);
        return Register(replicas) ?? throw Refused(
            $"All brokers specified in the manual partition assignment for partition {partition} are fenced or in controlled shutdown.");
    }

    /// <summary>Checks replicas that a request names.</summary>
    /// <exception cref="StateMachineException">INVALID_REPLICA_ASSIGNMENT.</exception>
    public void CheckManual(int[] replicas, int? replicationFactor = null)
    {
        if (replicas.Length == 0)
            throw Refused("The manual partition assignment includes an empty replica list.");
        int? previous = null;
        foreach (var broker in replicas.Order())
        {
            if (!state.Image.Cluster.ContainsBroker(broker))
                throw Refused($"The manual partition assignment includes broker {broker}, but no such broker is registered.");
            if (broker == previous)
                throw Refused($"The manual partition assignment includes the broker {broker} more than once.");
            previous = broker;
        }
        if (replicationFactor is { } expected && replicas.Length != expected)
        {
            throw Refused(
                $"The manual partition assignment includes a partition with {replicas.Length} replica(s), but this is not consistent with "
                + $"previous partitions, which have {expected} replica(s).");
        }
    }

    private static StateMachineException Refused(string message) => new(ErrorCode.InvalidReplicaAssignment, message);

    private PartitionRegistration? Register(int[] replicas)
    {
        int[] isr = [.. replicas.Where(state.IsActiveBroker)];
        return isr.Length == 0 ? null : new PartitionRegistration
        {
            Replicas = replicas,
            Directories = [.. replicas.Select(leaders.DefaultDirectory)],
            Isr = isr,
            Leader = isr[0],
        };
    }

    private IEnumerable<UsableBroker> UsableBrokers() =>
        from broker in state.Image.Cluster.Brokers.Values
        where broker.CordonedDirectories is not { } cordoned || broker.Directories.Count == 0 || broker.Directories.Except(cordoned).Any()
        select new UsableBroker(broker.Id, broker.Rack, broker.Fenced);
}
