using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Client;

/// <summary>
/// The controller as the rest of the node sees it (Kafka's <c>ForwardingManager</c>): requests go to the active controller, wherever it is,
/// and errors are within the responses. While there is no active controller a request is retried until its time limit, or for 60 s where it
/// has none; then the response is REQUEST_TIMED_OUT. Thread-safe.
/// </summary>
/// <param name="channel">The way to the active controller.</param>
/// <param name="time">The clock of the time limits.</param>
public sealed class ControllerClient(IControllerChannel channel, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_backoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Whether NOT_CONTROLLER is retried. Not on a controller's own listener: there the sender must learn that this node is not the
    /// controller.
    /// </summary>
    public bool Retries { get; init; } = true;

    /// <summary>Sends a request. The task does not fail where the controller refuses the request: the response carries the error.</summary>
    public async Task<TResponse> SendAsync<TRequest, TResponse>(
        ControllerApi<TRequest, TResponse> api, ControllerRequestContext context, TRequest request)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        // As in Kafka, nothing is done for a request whose time limit has passed when it arrives.
        if (context.Timeout <= TimeSpan.Zero)
            return api.Fail(request, new ApiError(ErrorCode.RequestTimedOut), context.ApiVersion);
        var started = time.GetTimestamp();
        var attempt = context;
        while (true)
        {
            var active = channel.Active;
            // A task that has completed says nothing about the next controller.
            var next = active.IsCompleted ? null : active;
            try
            {
                return await channel.SendAsync(api, attempt, request);
            }
            catch (StateMachineException e) when (Retries && e.ErrorCode == ErrorCode.NotController && !_disposed.Task.IsCompleted)
            {
                var left = (context.Timeout ?? s_defaultTimeout) - time.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                    return api.Fail(request, new ApiError(ErrorCode.RequestTimedOut, e.Message), context.ApiVersion);
                await BackOffAsync(left < s_backoff ? left : s_backoff, next);
                if (context.Timeout is { } timeout)
                    attempt = context with { Timeout = Max(TimeSpan.Zero, timeout - time.GetElapsedTime(started)) };
            }
            catch (StateMachineException e)
            {
                return api.Fail(request, new ApiError(e.ErrorCode, e.Message), context.ApiVersion);
            }
        }
    }

    /// <summary>
    /// Ends the retries: requests that wait for a controller, and all later ones, fail with NOT_CONTROLLER while there is none.
    /// </summary>
    public void Dispose() => _disposed.TrySetResult();

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private async Task BackOffAsync(TimeSpan delay, Task? next)
    {
        using var ended = new CancellationTokenSource();
        var wait = Task.Delay(delay, time, ended.Token);
        await Task.WhenAny(wait, next ?? wait, _disposed.Task);
        await ended.CancelAsync();
    }
}
