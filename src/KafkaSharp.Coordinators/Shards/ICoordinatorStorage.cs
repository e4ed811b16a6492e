using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Shards;

/// <summary>The partitions that a coordinator's state is kept in, as the broker gives them.</summary>
public interface ICoordinatorStorage
{
    /// <summary>
    /// Reads everything a partition holds, oldest first, into <paramref name="replay"/>, and gives the offset after the last record.
    /// The calls may come from any thread, one after another.
    /// </summary>
    Task<long> LoadAsync(int partition, ICoordinatorReplay replay, CancellationToken cancellation);

    /// <summary>
    /// The log that a shard writes to. An append of what this broker does not lead, or may not write, throws a
    /// <see cref="StateMachineException"/>. The broker reports commits to <see cref="GroupCoordinator.OnHighWatermarkUpdated"/>.
    /// </summary>
    ICoordinatorLog OpenLog(int partition);
}
