using KafkaSharp.Raft.Log;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Raft;

/// <summary>
/// The metadata log as the leader of one epoch appends to it: the log of a <see cref="StateMachineHost{TRecord}"/>. Records that can't be
/// replayed never get into it. Nobody else appends in that epoch.
/// </summary>
/// <param name="node">The node that leads.</param>
/// <param name="epoch">The epoch it leads in; once that is over every append is refused with NotController.</param>
public sealed class RaftStateMachineLog<TRecord>(RaftNode<TRecord> node, int epoch) : IStateMachineLog<TRecord>
{
    private PreparedAppend<TRecord> _prepared;

    public long Append(IReadOnlyList<TRecord> records, bool isAtomic)
    {
        _prepared = node.Prepare(epoch, records, isAtomic);
        return _prepared.LastOffset + 1;
    }

    public void Release() => node.Append(_prepared);
}
