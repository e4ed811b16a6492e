using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>
/// Places replicas as Kafka's <c>StripedReplicaPlacer</c>: partitions striped over racks and, in each rack, over brokers, starting at
/// random places; leaders only on brokers that are not fenced. Not thread-safe.
/// </summary>
internal sealed class StripedReplicaPlacer(JavaRandom random)
{
    /// <summary>The replicas of each of so many partitions, the leader first.</summary>
    /// <exception cref="StateMachineException">INVALID_REPLICATION_FACTOR: there are not the brokers for it.</exception>
    public IReadOnlyList<int[]> Place(int partitions, int replicas, IEnumerable<UsableBroker> brokers)
    {
        if (replicas <= 0)
            throw Refused($"Invalid replication factor {replicas}: the replication factor must be positive.");
        var racks = new RackList(random, brokers);
        if (racks.UnfencedBrokers == 0)
            throw Refused("All brokers are currently fenced, or have all their log directories cordoned.");
        if (replicas > racks.TotalBrokers)
        {
            throw Refused(
                $"The target replication factor of {replicas} cannot be reached because only {racks.TotalBrokers} broker(s) are registered "
                + "or some brokers have all their log directories cordoned.");
        }
        var placements = new int[partitions][];
        for (var partition = 0; partition < partitions; partition++)
            placements[partition] = racks.Place(replicas);
        return placements;
    }

    private static StateMachineException Refused(string message) => new(ErrorCode.InvalidReplicationFactor, message);
}
