using KafkaSharp.StateMachines;

namespace KafkaSharp.Raft;

/// <summary>The metadata log as the leader of one epoch appends to it: the log of a <see cref="StateMachineHost{TRecord}"/>.</summary>
/// <param name="node">The node that leads.</param>
/// <param name="epoch">The epoch it leads in; once that is over every append is refused with NotController.</param>
public sealed class RaftStateMachineLog<TRecord>(RaftNode<TRecord> node, int epoch) : IStateMachineLog<TRecord>
{
    public long Append(IReadOnlyList<TRecord> records, bool isAtomic) => node.Append(epoch, records, isAtomic) + 1;
}
