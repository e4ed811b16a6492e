using KafkaSharp.Protocol;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Broker.Transactions;

/// <summary>
/// The result of a verification: the partitions whose append is refused, and those whose append needs a guard. Immutable once it is given
/// to the caller.
/// </summary>
internal sealed class VerifiedPartitions
{
    private readonly Dictionary<TopicPartition, ErrorCode> _errors = [];
    private readonly Dictionary<TopicPartition, VerificationGuard> _guards = [];

    /// <summary>No partition needs a verification.</summary>
    public static VerifiedPartitions None { get; } = new();

    /// <summary>The partitions that the coordinator is to be asked for.</summary>
    public IReadOnlyCollection<TopicPartition> Guarded => _guards.Keys;

    public ErrorCode ErrorOf(TopicPartition partition) => _errors.GetValueOrDefault(partition, ErrorCode.None);

    public VerificationGuard GuardOf(TopicPartition partition) => _guards.GetValueOrDefault(partition, VerificationGuard.None);

    public bool HasError(ErrorCode error) => _errors.ContainsValue(error);

    public void Refuse(TopicPartition partition, ErrorCode error) => _errors[partition] = error;

    public void Guard(TopicPartition partition, VerificationGuard guard) => _guards[partition] = guard;
}
