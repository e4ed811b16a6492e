using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Metadata.Publishing;

/// <summary>
/// The tasks that wait until the image reaches an offset or satisfies a condition. Thread-safe. Conditions are evaluated on the loader's
/// loop or on the caller's thread.
/// </summary>
internal sealed class MetadataOffsetWaits
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _offsets = new();
    private readonly List<(Func<MetadataImage, bool> Condition, TaskCompletionSource<MetadataImage> Waiter)> _conditions = [];
    private long _reached = -1;
    private bool _aborted;

    public long Reached => Volatile.Read(ref _reached);

    public Task WaitAsync(long offset, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (offset <= _reached)
                return Task.CompletedTask;
            if (_aborted)
                return Task.FromException(Stopped());
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _offsets.Enqueue(waiter, offset);
            return cancellation.CanBeCanceled ? waiter.Task.WaitAsync(cancellation) : waiter.Task;
        }
    }

    public Task<MetadataImage> WaitAsync(Func<MetadataImage, bool> condition, Func<MetadataImage> current, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var image = current();
            if (_reached >= 0 && condition(image))
                return Task.FromResult(image);
            if (_aborted)
                return Task.FromException<MetadataImage>(Stopped());
            var waiter = new TaskCompletionSource<MetadataImage>(TaskCreationOptions.RunContinuationsAsynchronously);
            _conditions.Add((condition, waiter));
            return cancellation.CanBeCanceled ? waiter.Task.WaitAsync(cancellation) : waiter.Task;
        }
    }

    public void Advance(MetadataImage image)
    {
        lock (_gate)
        {
            _reached = image.HighestOffset;
            while (_offsets.TryPeek(out var waiter, out var offset) && offset <= _reached)
            {
                _offsets.Dequeue();
                waiter.TrySetResult();
            }
            _conditions.RemoveAll(wait => wait.Waiter.Task.IsCompleted || (wait.Condition(image) && wait.Waiter.TrySetResult(image)));
        }
    }

    public void Abort()
    {
        lock (_gate)
        {
            _aborted = true;
            while (_offsets.TryDequeue(out var waiter, out _))
                waiter.TrySetException(Stopped());
            foreach (var (_, waiter) in _conditions)
                waiter.TrySetException(Stopped());
            _conditions.Clear();
        }
    }

    private static ObjectDisposedException Stopped() => new(nameof(MetadataLoader), "The metadata loader has stopped");
}
