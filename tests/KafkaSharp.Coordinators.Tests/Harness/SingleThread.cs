namespace KafkaSharp.Coordinators.Tests.Harness;

/// <summary>
/// Runs an asynchronous test on the calling thread alone: every continuation waits its turn in one queue, so that a run is a function of
/// its seed.
/// </summary>
internal sealed class SingleThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();

    public static void Run(Func<SingleThread, Task> test)
    {
        var outer = Current;
        var thread = new SingleThread();
        SetSynchronizationContext(thread);
        try
        {
            var running = test(thread);
            while (!running.IsCompleted && thread._queue.TryDequeue(out var next))
                next.Callback(next.State);
            Assert.That(running.IsCompleted, "All tasks wait and no work is left to complete them");
            running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>Comes back when there is nothing left to do but what time or the test brings.</summary>
    public async Task Settled()
    {
        do
        {
            await Task.Yield();
        }
        while (_queue.Count > 0);
    }

    public override void Post(SendOrPostCallback d, object? state) => _queue.Enqueue((d, state));
}
