namespace HostileClients.Measuring;

/// <summary>
/// Delays of one observer in one phase. A delay longer than the interval between probes also stands for the probes that it held back:
/// they are added with the delay they would have had, so that the percentile is one over time and not over probes. Thread-safe.
/// </summary>
internal sealed class DelayRecorder(double intervalMs)
{
    private readonly List<double> _delays = [];

    public void Add(double milliseconds)
    {
        lock (_delays)
        {
            for (var delay = milliseconds; delay > 0; delay -= intervalMs)
                _delays.Add(delay);
        }
    }

    public DelaySummary Summarize()
    {
        lock (_delays)
        {
            if (_delays.Count == 0)
                return default;
            _delays.Sort();
            return new DelaySummary(_delays.Count, At(0.99), _delays[^1]);
        }
    }

    private double At(double quantile) => _delays[Math.Min(_delays.Count - 1, (int)(quantile * _delays.Count))];
}
