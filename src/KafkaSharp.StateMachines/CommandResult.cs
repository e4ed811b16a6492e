namespace KafkaSharp.StateMachines;

/// <summary>
/// What a command decided: the records that change the state, and what its caller is told once they are committed. The records are given
/// away: nobody changes them after.
/// </summary>
/// <param name="Records">In the order of replay; empty for a command that changes nothing.</param>
/// <param name="Response">The answer.</param>
/// <param name="IsAtomic">Whether the records must be committed all or none; else a log may split a long list into several batches.</param>
public readonly record struct CommandResult<TRecord, TResponse>(IReadOnlyList<TRecord> Records, TResponse Response, bool IsAtomic = false)
{
    /// <summary>
    /// Called once, on the loop, with null when the records are committed, or with why they are not known to be: what a state machine does
    /// itself at commit, before any later command runs. Must not throw.
    /// </summary>
    public Action<Exception?>? Settled { get; init; }
}
