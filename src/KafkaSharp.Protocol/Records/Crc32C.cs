using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KafkaSharp.Protocol.Records;

/// <summary>
/// CRC-32C (Castagnoli), the checksum of magic 2 batches, computed with the processor's instruction. The instruction has a latency of three
/// cycles, so long input is split into three independent lanes, whose results are combined with a table. Thread-safe.
/// </summary>
public static class Crc32C
{
    private const int LaneBytes = 1024;

    private static readonly uint[] ShiftByLane = MakeShift(LaneBytes);

    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Append(uint.MaxValue, bytes);

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        ref var at = ref MemoryMarshal.GetReference(bytes);
        var left = bytes.Length;
        for (; left >= 3 * LaneBytes; left -= 3 * LaneBytes)
        {
            uint second = 0, third = 0;
            for (nint i = 0; i < LaneBytes; i += sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i)));
                second = BitOperations.Crc32C(second, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i + LaneBytes)));
                third = BitOperations.Crc32C(third, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i + 2 * LaneBytes)));
            }
            crc = Shift(Shift(crc) ^ second) ^ third;
            at = ref Unsafe.Add(ref at, 3 * LaneBytes);
        }
        for (; left >= sizeof(ulong); left -= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(ref at));
            at = ref Unsafe.Add(ref at, sizeof(ulong));
        }
        for (; left > 0; left--)
        {
            crc = BitOperations.Crc32C(crc, at);
            at = ref Unsafe.Add(ref at, 1);
        }
        return crc;
    }

    /// <summary>The CRC register after a lane of zero bytes. Because the CRC is linear, this combines the lanes.</summary>
    private static uint Shift(uint crc) =>
        ShiftByLane[crc & 0xff]
        ^ ShiftByLane[256 + ((crc >> 8) & 0xff)]
        ^ ShiftByLane[512 + ((crc >> 16) & 0xff)]
        ^ ShiftByLane[768 + (crc >> 24)];

    private static uint[] MakeShift(int zeros)
    {
        Span<uint> ofBit = stackalloc uint[32];
        for (var bit = 0; bit < 32; bit++)
        {
            var crc = 1u << bit;
            for (var i = 0; i < zeros; i++)
                crc = BitOperations.Crc32C(crc, (byte)0);
            ofBit[bit] = crc;
        }
        var table = new uint[4 * 256];
        for (var i = 0; i < table.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                if ((i & (1 << bit)) != 0)
                    table[i] ^= ofBit[i / 256 * 8 + bit];
            }
        }
        return table;
    }
}
