using KafkaSharp.Raft.Quorum;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The first failure that the broker cannot survive, such as that of its metadata log or of its last log directory. Thread-safe.
/// </summary>
internal sealed class BrokerFailure(ILogger logger)
{
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the cause when the broker has failed.</summary>
    public Task<Exception> Task => _failed.Task;

    /// <summary>Logs and keeps the cause, unless the broker has failed already.</summary>
    public void Fail(Exception cause)
    {
        if (_failed.TrySetResult(cause))
            logger.Fatal(cause);
    }

    /// <summary>Lets the broker fail when a task that should run as long as the broker ends with an exception.</summary>
    public async Task FailWithAsync(Task completion)
    {
        try
        {
            await completion;
        }
        catch (QuorumConfigurationException e)
        {
            // The quorum has not started: the caller of the start gets the reason and reports it.
            _failed.TrySetResult(e);
        }
#pragma warning disable CA1031 // Every exception that ends the quorum ends the broker.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
        }
    }

    /// <exception cref="BrokerStartException">The broker has failed.</exception>
    public void ThrowIfFailed()
    {
        if (Task.IsCompletedSuccessfully)
            throw new BrokerStartException(Task.Result.Message, Task.Result);
    }

    /// <summary>Runs a part of the start, and cancels it when the broker fails in the meantime.</summary>
    /// <exception cref="BrokerStartException">The broker has failed.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> part, CancellationToken cancellation)
    {
        using var canceled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var run = part(canceled.Token);
        await System.Threading.Tasks.Task.WhenAny(run, Task);
        // Only a failure disposes the metadata during the start; a wait for the metadata can end before the failure is reported.
        if (run.Exception is { InnerException: ObjectDisposedException })
            await Task.WaitAsync(cancellation);
        if (Task.IsCompleted)
        {
            await canceled.CancelAsync();
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ThrowIfFailed();
        }
        await run;
    }
}
