namespace KafkaSharp.StateMachines;

/// <summary>
/// A response that a later command may give: the response to a member's JoinGroup comes when the rebalance ends, which depends on other
/// members. The command that receives the request keeps this object in its state and some command completes it; the caller awaits <see
/// cref="Task"/>. The first completion counts. Safe for use from any thread; continuations do not run on the thread that completes it.
/// </summary>
public sealed class DelayedResponse<TResponse>
{
    private readonly TaskCompletionSource<TResponse> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The response, or the exception of <see cref="TryFail"/>.</summary>
    public Task<TResponse> Task => _completion.Task;

    /// <summary>Gives the response; false when there was one already.</summary>
    public bool TryComplete(TResponse response) => _completion.TrySetResult(response);

    /// <summary>Ends the wait with an exception; false when there was a response already.</summary>
    public bool TryFail(Exception reason) => _completion.TrySetException(reason);
}
