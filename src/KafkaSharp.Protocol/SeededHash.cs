using System.Runtime.InteropServices;

namespace KafkaSharp.Protocol;

/// <summary>
/// Hash codes of integers that a client chooses (ids, partition numbers), with random keys made once per process: a client cannot find many
/// values with the same hash code, which would make a table slow. The functions are pair-multiply-shift, which is universal. Strings need
/// none: the runtime seeds their hash codes. Safe for use from any thread.
/// </summary>
public static class SeededHash
{
    private static readonly Keys s_keys = Keys.Create();

    public static int Of(long value) => Of((uint)value, (uint)(value >> 32));

    public static int Of(int first, int second) => Of((uint)first, (uint)second);

    public static int Of(long first, long second)
    {
        var sum = (s_keys.A + (uint)first) * (s_keys.B + (uint)(first >> 32))
            + (s_keys.C + (uint)second) * (s_keys.D + (uint)(second >> 32));
        return (int)(sum >> 32);
    }

    private static int Of(uint first, uint second) => (int)(((s_keys.A + first) * (s_keys.B + second) + s_keys.C) >> 32);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Keys
    {
        public readonly ulong A;
        public readonly ulong B;
        public readonly ulong C;
        public readonly ulong D;

        // Guid.NewGuid reads from the kernel. RandomNumberGenerator would load OpenSSL, which costs 4 MB of memory.
        public static Keys Create() => MemoryMarshal.Cast<Guid, Keys>([Guid.NewGuid(), Guid.NewGuid()])[0];
    }
}
