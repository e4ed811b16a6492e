using KafkaSharp.Raft.Log;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Raft;

/// <summary>
/// The metadata log for the leader of one epoch: the log of a <see cref="StateMachineHost{TRecord}"/>. Records are written only after the
/// host has replayed them, so a record that cannot be replayed never reaches the log. The host must be the only writer in the epoch.
/// </summary>
/// <param name="node">The leader.</param>
/// <param name="epoch">The epoch of the leader. When it is over, every append is refused with NotController.</param>
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
