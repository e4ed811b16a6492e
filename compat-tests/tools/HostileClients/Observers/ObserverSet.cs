using System.Net;
using HostileClients.Wire;

namespace HostileClients.Observers;

/// <summary>The observers, each probing on its own thread until disposal. A probe counts for the phase in which it started.</summary>
internal sealed class ObserverSet : IDisposable
{
    private const int PauseMs = 10;
    private static readonly TimeSpan s_longestProbe = TimeSpan.FromMinutes(1);

    private readonly Observer[] _observers;
    private readonly List<Thread> _threads = [];
    private readonly List<string> _failures = [];
    private readonly Lock _lock = new();
    private readonly Dictionary<Observer, Phase?> _probing = [];
    private Phase? _phase;
    private volatile bool _stopped;

    public ObserverSet(IPEndPoint broker, string topic)
    {
        _observers = [new LongPoll(broker, topic), new NewConnection(broker), new OpenConnection(broker, topic), new Machine()];
        foreach (var observer in _observers)
        {
            observer.Open();
            var thread = new Thread(() => Run(observer)) { IsBackground = true, Name = observer.Name };
            _threads.Add(thread);
            thread.Start();
        }
    }

    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_lock)
                return [.. _failures.Distinct()];
        }
    }

    public Phase Begin()
    {
        lock (_lock)
            return _phase = new Phase(_observers, PauseMs);
    }

    /// <summary>Ends the phase and waits for the probes that began in it.</summary>
    public void End(Phase phase)
    {
        lock (_lock)
            _phase = null;
        SpinWait.SpinUntil(
            () =>
            {
                Thread.Sleep(1);
                lock (_lock)
                    return !_probing.ContainsValue(phase);
            },
            s_longestProbe);
    }

    public void Dispose()
    {
        _stopped = true;
        foreach (var observer in _observers)
            observer.Dispose();
        foreach (var thread in _threads)
            thread.Join(TimeSpan.FromSeconds(1));
    }

    private void Run(Observer observer)
    {
        while (!_stopped)
        {
            Thread.Sleep(observer is Machine ? 0 : PauseMs);
            Phase? phase;
            lock (_lock)
                _probing[observer] = phase = _phase;
            try
            {
                var delay = observer.Probe();
                phase?[observer].Add(delay);
            }
            catch (Exception e) when (BrokerConnection.IsEnd(e) || e is InvalidDataException)
            {
                if (_stopped)
                    return;
                Failed(observer, e);
            }
            lock (_lock)
                _probing[observer] = null;
        }
    }

    private void Failed(Observer observer, Exception failure)
    {
        lock (_lock)
            _failures.Add($"{observer.Name} failed: {failure.Message}");
        try
        {
            observer.Open();
        }
        catch (Exception e) when (BrokerConnection.IsEnd(e) || e is InvalidDataException)
        {
            Thread.Sleep(PauseMs);
        }
    }
}
