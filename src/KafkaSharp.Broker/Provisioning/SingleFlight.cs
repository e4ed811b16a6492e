namespace KafkaSharp.Broker.Provisioning;

/// <summary>Runs an operation once at a time: callers that come while it runs get the task of that run. Thread-safe.</summary>
internal sealed class SingleFlight<T>(Func<Task<T>> operation)
{
    private readonly Lock _gate = new();
    private Task<T>? _running;

    public Task<T> RunAsync()
    {
        lock (_gate)
            return _running ??= RunOnceAsync();
    }

    private async Task<T> RunOnceAsync()
    {
        // Outside the caller's lock: an operation that completes at once must not end before its task is stored.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return await operation();
        }
        finally
        {
            lock (_gate)
                _running = null;
        }
    }
}
