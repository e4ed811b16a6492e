namespace KafkaSharp.Testing.Connections;

/// <summary>The refusal of new connections that a test has asked for; disposing ends it.</summary>
internal sealed class Refusal(TestConnections owner) : IDisposable
{
    private int _disposed;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            owner.EndRefusal();
    }
}
