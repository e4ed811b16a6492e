using System.Globalization;

namespace HostileClients.Measuring;

/// <summary>Memory and processor time of the broker's process, from /proc.</summary>
internal sealed class BrokerProcess(int id)
{
    // Fixed by the kernel's interface (USER_HZ).
    private const double TicksPerSecond = 100;

    public bool IsAlive
    {
        get
        {
            try
            {
                return Stat()[0] != "Z";
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>Bytes that belong to no file: the heap, stacks and buffers, without the mapped log.</summary>
    public long AnonymousMemory => Status("RssAnon:");

    /// <summary>The largest resident memory in bytes, mapped files included, since <see cref="ResetPeak"/>.</summary>
    public long PeakMemory => Status("VmHWM:");

    public double CpuSeconds
    {
        get
        {
            var fields = Stat();
            return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
        }
    }

    public void ResetPeak() => File.WriteAllText($"/proc/{id}/clear_refs", "5");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    // The fields behind the name of the program, which may hold anything; the first is the state.
    private string[] Stat()
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private long Status(string field)
    {
        foreach (var line in File.ReadLines($"/proc/{id}/status"))
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
                return Number(line[field.Length..].Replace("kB", "", StringComparison.Ordinal)) * 1024;
        }
        return 0;
    }
}
