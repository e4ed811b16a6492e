using KafkaSharp.Broker.Replication;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Broker.Coordination;

/// <summary>The partitions of a coordinator's topic on this broker. Safe for use from any thread.</summary>
internal sealed class CoordinatorStorage(ReplicaManager replicas, string topic) : ICoordinatorStorage
{
    public Task<ICoordinatorPartition> OpenAsync(int partition, CancellationToken cancellation)
    {
        var name = new TopicPartition(topic, partition);
        var error = replicas.Find(name, out var found);
        return error == ErrorCode.None
            ? Task.FromResult<ICoordinatorPartition>(new CoordinatorPartition(found!))
            : Task.FromException<ICoordinatorPartition>(new StateMachineException(error, $"{name} is not on this broker: {error}"));
    }

    public Task<TransactionVerification?> VerifyAsync(int partition, TransactionIdentity transaction) =>
        Task.FromResult<TransactionVerification?>(null);
}
