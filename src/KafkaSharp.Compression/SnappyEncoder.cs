using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KafkaSharp.Compression;

/// <summary>
/// Encodes a raw snappy block of at most 64 KB of input with greedy matching over a hash of four bytes, like the reference encoder.
/// </summary>
internal static unsafe class SnappyEncoder
{
    private const int MaxBlock = 64 * 1024;
    private const int MaxTableBits = 14;
    private const int MinTableBits = 8;
    private const int InputMargin = 15;

    [ThreadStatic]
    private static ushort[]? _table;

    public static int MaxEncodedLength(int length) => 32 + length + length / 6;

    /// <summary>Encodes <paramref name="source"/> and returns the number of bytes written.</summary>
    public static int Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(source.Length, MaxBlock, nameof(source));
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxEncodedLength(source.Length), nameof(destination));
        var bits = Math.Clamp(32 - BitOperations.LeadingZeroCount((uint)source.Length), MinTableBits, MaxTableBits);
        var table = _table ??= new ushort[1 << MaxTableBits];
        table.AsSpan(0, 1 << bits).Clear();
        fixed (byte* from = &MemoryMarshal.GetReference(source))
        fixed (byte* start = &MemoryMarshal.GetReference(destination))
        fixed (ushort* hashes = table)
        {
            var to = start;
            var length = (uint)source.Length;
            for (; length >= 0x80; length >>= 7)
                *to++ = (byte)(length | 0x80);
            *to++ = (byte)length;
            return (int)(EncodeBody(from, source.Length, to, hashes, 32 - bits) - start);
        }
    }

    private static byte* EncodeBody(byte* source, int length, byte* to, ushort* table, int shift)
    {
        var end = source + length;
        var literals = source;
        if (length >= InputMargin)
        {
            var limit = end - InputMargin;
            var from = source + 1;
            var nextHash = Hash(Load32(from), shift);
            while (true)
            {
                // Search for a match. The steps grow while none is found, so incompressible input costs little.
                var skip = 32u;
                var next = from;
                byte* candidate;
                do
                {
                    from = next;
                    var hash = nextHash;
                    next = from + (skip++ >> 5);
                    if (next > limit)
                        return Remainder(literals, end, to);
                    nextHash = Hash(Load32(next), shift);
                    candidate = source + table[hash];
                    table[hash] = (ushort)(from - source);
                }
                while (Load32(from) != Load32(candidate));

                to = Literal(to, literals, (int)(from - literals));
                do
                {
                    var matched = 4 + MatchLength(candidate + 4, from + 4, end);
                    to = CopyTag(to, (int)(from - candidate), matched);
                    from += matched;
                    literals = from;
                    if (from >= limit)
                        return Remainder(literals, end, to);
                    table[Hash(Load32(from - 1), shift)] = (ushort)(from - 1 - source);
                    var hash = Hash(Load32(from), shift);
                    candidate = source + table[hash];
                    table[hash] = (ushort)(from - source);
                }
                while (Load32(from) == Load32(candidate));
                from++;
                nextHash = Hash(Load32(from), shift);
            }
        }
        return Remainder(literals, end, to);
    }

    private static byte* Remainder(byte* literals, byte* end, byte* to) =>
        literals < end ? Literal(to, literals, (int)(end - literals)) : to;

    private static byte* Literal(byte* to, byte* from, int length)
    {
        var n = length - 1;
        if (n < 60)
        {
            *to++ = (byte)(n << 2);
        }
        else if (n < 256)
        {
            *to++ = 60 << 2;
            *to++ = (byte)n;
        }
        else
        {
            *to++ = 61 << 2;
            *to++ = (byte)n;
            *to++ = (byte)(n >> 8);
        }
        Unsafe.CopyBlockUnaligned(to, from, (uint)length);
        return to + length;
    }

    private static byte* CopyTag(byte* to, int offset, int length)
    {
        for (; length >= 68; length -= 64)
            to = LongCopy(to, offset, 64);
        if (length > 64)
        {
            to = LongCopy(to, offset, 60);
            length -= 60;
        }
        if (length >= 12 || offset >= 2048)
            return LongCopy(to, offset, length);
        *to++ = (byte)(1 | ((length - 4) << 2) | ((offset >> 8) << 5));
        *to++ = (byte)offset;
        return to;
    }

    private static byte* LongCopy(byte* to, int offset, int length)
    {
        *to++ = (byte)(2 | ((length - 1) << 2));
        *to++ = (byte)offset;
        *to++ = (byte)(offset >> 8);
        return to;
    }

    private static int MatchLength(byte* candidate, byte* from, byte* end)
    {
        var start = from;
        while (end - from >= 8)
        {
            var difference = Unsafe.ReadUnaligned<ulong>(from) ^ Unsafe.ReadUnaligned<ulong>(candidate);
            if (difference != 0)
                return (int)(from - start) + (BitOperations.TrailingZeroCount(difference) >> 3);
            from += 8;
            candidate += 8;
        }
        while (from < end && *from == *candidate)
        {
            from++;
            candidate++;
        }
        return (int)(from - start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Load32(byte* from) => Unsafe.ReadUnaligned<uint>(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(uint value, int shift) => (value * 0x1e35a7bd) >> shift;
}
