using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KafkaSharp.Compression;

/// <summary>
/// Decodes a raw snappy block: the decoded length as a varint, then literals and copies. Every read and write is bounds-checked.
/// </summary>
internal static unsafe class SnappyDecoder
{
    public static int ReadLength(ReadOnlySpan<byte> block, out int start)
    {
        uint length = 0;
        for (start = 0; start < 5 && start < block.Length;)
        {
            var value = block[start];
            length |= (uint)(value & 0x7f) << (7 * start);
            start++;
            if (value < 0x80)
                return length <= int.MaxValue && (start < 5 || value < 0x10) ? (int)length : throw Corrupt();
        }
        throw Corrupt();
    }

    /// <summary>Decodes the body of a block. Its decoded length must equal the length of <paramref name="destination"/>.</summary>
    public static void Decode(ReadOnlySpan<byte> body, Span<byte> destination)
    {
        fixed (byte* source = &MemoryMarshal.GetReference(body))
        fixed (byte* target = &MemoryMarshal.GetReference(destination))
        {
            if (!TryDecode(source, source + body.Length, target, target + destination.Length))
                throw Corrupt();
        }
    }

    private static bool TryDecode(byte* from, byte* fromEnd, byte* start, byte* toEnd)
    {
        var to = start;
        while (from < fromEnd)
        {
            uint tag = *from++;
            long length;
            long offset;
            switch (tag & 3)
            {
                case 0:
                    length = (tag >> 2) + 1;
                    if (length > 60)
                    {
                        var extra = (int)length - 60;
                        if (fromEnd - from < extra)
                            return false;
                        length = ReadLittleEndian(from, extra) + 1L;
                        from += extra;
                    }
                    else if (length <= 16 && fromEnd - from >= 16 && toEnd - to >= 16)
                    {
                        Unsafe.CopyBlockUnaligned(to, from, 16);
                        from += length;
                        to += length;
                        continue;
                    }
                    if (length > fromEnd - from || length > toEnd - to)
                        return false;
                    Unsafe.CopyBlockUnaligned(to, from, (uint)length);
                    from += length;
                    to += length;
                    continue;
                case 1:
                    if (from == fromEnd)
                        return false;
                    length = ((tag >> 2) & 7) + 4;
                    offset = ((tag >> 5) << 8) | *from++;
                    break;
                case 2:
                    if (fromEnd - from < 2)
                        return false;
                    length = (tag >> 2) + 1;
                    offset = Unsafe.ReadUnaligned<ushort>(from);
                    from += 2;
                    break;
                default:
                    if (fromEnd - from < 4)
                        return false;
                    length = (tag >> 2) + 1;
                    offset = Unsafe.ReadUnaligned<uint>(from);
                    from += 4;
                    break;
            }
            if (offset == 0 || offset > to - start || length > toEnd - to)
                return false;
            Copy(to, to - offset, length, toEnd);
            to += length;
        }
        return to == toEnd;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* to, byte* from, long length, byte* toEnd)
    {
        if (to - from >= 16 && toEnd - to >= 64)
        {
            // A copy has at most 64 bytes: four steps, which may write beyond length but not beyond toEnd.
            Unsafe.CopyBlockUnaligned(to, from, 16);
            for (long done = 16; done < length; done += 16)
                Unsafe.CopyBlockUnaligned(to + done, from + done, 16);
            return;
        }
        if (to - from >= 8 && toEnd - to >= 64)
        {
            for (long done = 0; done < length; done += 8)
                Unsafe.WriteUnaligned(to + done, Unsafe.ReadUnaligned<ulong>(from + done));
            return;
        }
        for (long done = 0; done < length; done++)
            to[done] = from[done];
    }

    private static uint ReadLittleEndian(byte* from, int count)
    {
        uint value = 0;
        for (var i = 0; i < count; i++)
            value |= (uint)from[i] << (8 * i);
        return value;
    }

    private static CompressionException Corrupt() => new("A snappy block is corrupt");
}
