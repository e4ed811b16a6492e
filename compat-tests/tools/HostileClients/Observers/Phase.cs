using HostileClients.Measuring;

namespace HostileClients.Observers;

/// <summary>What the observers found in one stretch of time.</summary>
internal sealed class Phase(IReadOnlyList<Observer> observers, double intervalMs)
{
    private readonly Dictionary<Observer, DelayRecorder> _recorders =
        observers.ToDictionary(observer => observer, _ => new DelayRecorder(intervalMs));

    public DelayRecorder this[Observer observer] => _recorders[observer];

    public IEnumerable<(string Observer, DelaySummary Delays)> Clients =>
        _recorders.Where(pair => pair.Key is not Observers.Machine).Select(pair => (pair.Key.Name, pair.Value.Summarize()));

    public DelaySummary Machine => _recorders.Single(pair => pair.Key is Observers.Machine).Value.Summarize();

    /// <summary>The largest figures of any client, and which one had the worst delay.</summary>
    public (string Observer, DelaySummary Delays) Worst
    {
        get
        {
            var clients = Clients.ToList();
            var (name, worst) = clients.MaxBy(client => client.Delays.Worst);
            return (name, worst with { P99 = clients.Max(client => client.Delays.P99) });
        }
    }
}
