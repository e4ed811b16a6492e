namespace KafkaSharp.Testing.Connections;

/// <summary>Slow sending that a test has asked for. Disposing ends it, also in the middle of a response. Thread-safe.</summary>
internal sealed class Slowness(TestConnections owner, int bytes, TimeSpan pause, TimeProvider time) : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many bytes are sent at once.</summary>
    public int Bytes => _ended.Task.IsCompleted ? int.MaxValue : bytes;

    public Task PauseAsync() => _ended.Task.IsCompleted ? Task.CompletedTask : Task.WhenAny(Task.Delay(pause, time), _ended.Task);

    public void Dispose()
    {
        owner.End(this);
        _ended.TrySetResult();
    }
}
