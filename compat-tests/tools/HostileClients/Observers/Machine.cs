using System.Diagnostics;
using System.Net;

namespace HostileClients.Observers;

/// <summary>How late a thread wakes that needs nothing from the broker: what the machine itself adds to the delay of the others.</summary>
internal sealed class Machine() : Observer(new IPEndPoint(IPAddress.Loopback, 0), "machine")
{
    private const double Pause = 2;

    public override void Open()
    {
    }

    public override double Probe()
    {
        var begin = Stopwatch.GetTimestamp();
        Thread.Sleep(TimeSpan.FromMilliseconds(Pause));
        return Math.Max(0.01, Stopwatch.GetElapsedTime(begin).TotalMilliseconds - Pause);
    }

    public override void Dispose()
    {
    }
}
