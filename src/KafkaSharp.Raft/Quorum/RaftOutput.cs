namespace KafkaSharp.Raft.Quorum;

/// <summary>What <see cref="RaftState"/> asks its driver to do, in this order. Each is done before the next is begun.</summary>
public abstract record RaftOutput
{
    /// <summary>Make the election state durable.</summary>
    public sealed record PersistElection(ElectionState State) : RaftOutput;

    /// <summary>Append the control batch that begins a leader's epoch, flush, and report both.</summary>
    public sealed record BeginEpoch(int Epoch) : RaftOutput;

    /// <summary>Everything before this offset is committed: tell the listeners.</summary>
    public sealed record AdvanceHighWatermark(long Offset) : RaftOutput;

    /// <summary>Tell the listeners who leads.</summary>
    public sealed record ChangeLeader(LeaderAndEpoch Leader) : RaftOutput;

    /// <summary>Call <see cref="RaftState.ElectionTimeout"/> after the election timeout.</summary>
    public sealed record ArmElectionTimer : RaftOutput;
}
