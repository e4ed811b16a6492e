namespace HostileClients.Measuring;

/// <summary>Follows the broker's anonymous memory every 10 ms on a dedicated thread, from construction to disposal.</summary>
internal sealed class MemorySampler : IDisposable
{
    private readonly BrokerProcess _broker;
    private readonly Thread _thread;
    private volatile bool _stopped;
    private long _peak;

    public MemorySampler(BrokerProcess broker)
    {
        _broker = broker;
        _thread = new Thread(Sample) { IsBackground = true, Name = "memory" };
        _thread.Start();
    }

    public long Peak => Interlocked.Read(ref _peak);

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }

    private void Sample()
    {
        while (!_stopped)
        {
            try
            {
                var now = _broker.AnonymousMemory;
                if (now > Interlocked.Read(ref _peak))
                    Interlocked.Exchange(ref _peak, now);
            }
            catch (IOException)
            {
                return; // The broker has ended, which is found elsewhere.
            }
            Thread.Sleep(10);
        }
    }
}
