using KafkaSharp.Protocol;

namespace KafkaSharp.StateMachines;

/// <summary>Makes results.</summary>
public static class CommandResult
{
    /// <summary>Nothing to write, and nothing to do afterwards.</summary>
    public static CommandResult<TRecord> Empty<TRecord>() => new([]);
}

/// <summary>
/// What a step of a command decided: the records that change the state, and what follows once they are committed. The records must not be
/// changed afterwards.
/// </summary>
/// <param name="Records">In the order of replay; empty for a step that changes nothing.</param>
/// <param name="OnCompleted">
/// Called once, on the loop, before any later command runs: with None when the records are committed, or with the reason why they are not
/// known to be committed. Must not throw. Null when nothing follows.
/// </param>
/// <param name="IsAtomic">
/// Whether the records must be committed all or none; otherwise a log may split a long list into several batches.
/// </param>
public readonly record struct CommandResult<TRecord>(
    IReadOnlyList<TRecord> Records, Action<ErrorCode>? OnCompleted = null, bool IsAtomic = true)
{
    /// <summary>Whether there is nothing to write and nothing to do afterwards.</summary>
    public bool IsEmpty => Records.Count == 0 && OnCompleted is null;

    /// <summary>The same step with the response to the caller of the command.</summary>
    public CommandResult<TRecord, TResponse> Respond<TResponse>(TResponse response) =>
        new(Records, response, IsAtomic) { OnCompleted = OnCompleted };
}

/// <summary>
/// What a command decided: the records that change the state, and the response that its caller receives once they are committed (Kafka's
/// <c>CoordinatorResult</c> and <c>ControllerResult</c>). The records must not be changed afterwards.
/// </summary>
/// <param name="Records">In the order of replay; empty for a command that changes nothing.</param>
/// <param name="Response">The response.</param>
/// <param name="IsAtomic">
/// Whether the records must be committed all or none; otherwise a log may split a long list into several batches.
/// </param>
public readonly record struct CommandResult<TRecord, TResponse>(IReadOnlyList<TRecord> Records, TResponse Response, bool IsAtomic = false)
{
    /// <inheritdoc cref="CommandResult{TRecord}.OnCompleted"/>
    public Action<ErrorCode>? OnCompleted { get; init; }
}
