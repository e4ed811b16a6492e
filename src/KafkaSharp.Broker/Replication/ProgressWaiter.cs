namespace KafkaSharp.Broker.Replication;

/// <summary>
/// A request that waits for partitions to move: a fetch for bytes, a produce for the high watermark. It registers with each partition, is told
/// of each step, and completes once, on enough progress or at its deadline. The continuation runs on the thread pool and never on
/// the thread of the producer that caused the progress.
/// </summary>
sealed class ProgressWaiter(long bytesNeeded) : IExpiring
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytesMissing = bytesNeeded;

    public Task Completion => _done.Task;

    public bool IsCompleted => _done.Task.IsCompleted;

    /// <summary>Tells of bytes that became readable.</summary>
    public void OnProgress(long bytes)
    {
        if (Interlocked.Add(ref _bytesMissing, -bytes) <= 0)
            _done.TrySetResult();
    }

    /// <summary>Ends the wait at once: at the deadline, or because a partition is no longer led here.</summary>
    public void Expire() => _done.TrySetResult();
}
