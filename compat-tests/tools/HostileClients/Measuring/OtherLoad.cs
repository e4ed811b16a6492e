using System.Diagnostics;
using System.Globalization;

namespace HostileClients.Measuring;

/// <summary>
/// The share of the machine's processors that neither the broker nor this program used since construction. Such load delays the broker's
/// clients as well, so the limits are widened by it.
/// </summary>
internal sealed class OtherLoad(BrokerProcess broker)
{
    private const double TicksPerSecond = 100;

    private readonly double _busy = BusySeconds(), _ours = OurSeconds(broker);
    private readonly long _begin = Stopwatch.GetTimestamp();

    /// <summary>From 0, none, to 1, all processors.</summary>
    public double Share
    {
        get
        {
            var others = BusySeconds() - _busy - (OurSeconds(broker) - _ours);
            return Math.Clamp(others / (Stopwatch.GetElapsedTime(_begin).TotalSeconds * Environment.ProcessorCount), 0, 1);
        }
    }

    private static double OurSeconds(BrokerProcess broker) =>
        (broker.IsAlive ? broker.CpuSeconds : 0) + Environment.CpuUsage.TotalTime.TotalSeconds;

    private static double BusySeconds()
    {
        // cpu user nice system idle iowait irq softirq steal …
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new[] { 1, 2, 3, 6, 7, 8 }.Sum(i => double.Parse(fields[i], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
