using System.Diagnostics;
using System.Net;

namespace HostileClients.Observers;

/// <summary>
/// How late a thread is that needs nothing from the broker: what the machine itself adds to the delay of the others. The thread wakes, and
/// appends a few bytes to a file as the broker does for them: the system makes writers wait, up to 200 ms, while it writes to the disk.
/// </summary>
internal sealed class Machine() : Observer(new IPEndPoint(IPAddress.Loopback, 0), "machine")
{
    private const double Pause = 2;

    private readonly FileStream _file = new(
        Path.Combine(AppContext.BaseDirectory, $"machine-{Environment.ProcessId}.tmp"), FileMode.Create, FileAccess.Write, FileShare.None,
        bufferSize: 0, FileOptions.DeleteOnClose);

    public override void Open()
    {
    }

    public override double Probe()
    {
        var begin = Stopwatch.GetTimestamp();
        Thread.Sleep(TimeSpan.FromMilliseconds(Pause));
        _file.Write(stackalloc byte[100]);
        return Math.Max(0.01, Stopwatch.GetElapsedTime(begin).TotalMilliseconds - Pause);
    }

    public override void Dispose() => _file.Dispose();
}
