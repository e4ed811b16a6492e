namespace KafkaSharp.Broker.Waiting;

/// <summary>
/// Runs items that are ready on the thread pool, on one thread at a time and in short batches. After each batch it goes to the end of the
/// pool's queue, so that ten thousand requests that become ready at once delay the work of others by one batch, not by all of them.
/// </summary>
internal abstract class BatchedWork : IThreadPoolWorkItem
{
    private const int BatchSize = 16;

    // A runner without further items ends only if it was not signalled since it started to look.
    private const int Idle = 0;
    private const int Running = 1;
    private const int Signalled = 2;

    private int _state;

    void IThreadPoolWorkItem.Execute() => RunBatch();

    /// <summary>Runs one item that is ready; false when there is none. Not called by two threads at once.</summary>
    protected abstract bool TryRunNext();

    /// <summary>Signals that an item may be ready.</summary>
    protected void Signal()
    {
        if (Interlocked.Exchange(ref _state, Signalled) == Idle)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Signals that an item may be ready, and runs the first batch on the calling thread unless another one is running.</summary>
    protected void RunHere()
    {
        if (Interlocked.Exchange(ref _state, Signalled) == Idle)
            RunBatch();
    }

    private void RunBatch()
    {
        for (var left = BatchSize; left > 0; left--)
        {
            Volatile.Write(ref _state, Running);
            // The state is written before the items are looked at: a signal after that is seen below.
            Interlocked.MemoryBarrier();
            if (!TryRunNext() && Interlocked.CompareExchange(ref _state, Idle, Running) == Running)
                return;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
