namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// An action that <see cref="RaftState"/> requires from its driver. The driver carries outputs out in the order in which they were added,
/// one at a time.
/// </summary>
public abstract record RaftOutput
{
    /// <summary>Make the election state durable.</summary>
    public sealed record PersistElection(ElectionState State) : RaftOutput;

    /// <summary>
    /// Append the control batch with which a leader starts its epoch, flush the log, and call <see cref="RaftState.EpochStarted"/> and
    /// <see cref="RaftState.LogFlushed"/>.
    /// </summary>
    public sealed record StartEpoch(int Epoch) : RaftOutput;

    /// <summary>Deliver every record before this offset to the listeners; it is committed.</summary>
    public sealed record AdvanceHighWatermark(long Offset) : RaftOutput;

    /// <summary>Notify the listeners of the leader.</summary>
    public sealed record ChangeLeader(LeaderAndEpoch Leader) : RaftOutput;

    /// <summary>Call <see cref="RaftState.ElectionTimeout"/> after the election timeout.</summary>
    public sealed record StartElectionTimer : RaftOutput;
}
