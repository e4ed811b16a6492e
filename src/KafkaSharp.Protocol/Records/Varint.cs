using System.Numerics;
using System.Runtime.CompilerServices;

namespace KafkaSharp.Protocol.Records;

/// <summary>Zigzag varints of 32 and 64 bits, as used in records.</summary>
internal static class Varint
{
    public const int MaxSize = 5;
    public const int MaxLongSize = 10;

    /// <summary>
    /// Reads a varint at <paramref name="position"/> and advances the position. False if the varint is truncated or too long.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int position, out int value)
    {
        if ((uint)position < (uint)bytes.Length && bytes[position] < 0x80)
        {
            uint small = bytes[position++];
            value = (int)(small >> 1) ^ -(int)(small & 1);
            return true;
        }
        return TryReadMore(bytes, ref position, out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int position, out long value)
    {
        if ((uint)position < (uint)bytes.Length && bytes[position] < 0x80)
        {
            ulong small = bytes[position++];
            value = (long)(small >> 1) ^ -(long)(small & 1);
            return true;
        }
        return TryReadMore(bytes, ref position, out value);
    }

    public static int SizeOf(int value) => SizeOfUnsigned((uint)((value << 1) ^ (value >> 31)));

    public static int SizeOf(long value) => SizeOfUnsigned((ulong)((value << 1) ^ (value >> 63)));

    public static int Write(Span<byte> destination, long value)
    {
        var raw = (ulong)((value << 1) ^ (value >> 63));
        var size = 0;
        for (; raw >= 0x80; raw >>= 7)
            destination[size++] = (byte)(raw | 0x80);
        destination[size++] = (byte)raw;
        return size;
    }

    private static int SizeOfUnsigned(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    private static bool TryReadMore(ReadOnlySpan<byte> bytes, ref int position, out int value)
    {
        uint raw = 0;
        for (var i = 0; i < MaxSize; i++)
        {
            if ((uint)position >= (uint)bytes.Length)
                break;
            uint part = bytes[position++];
            raw |= (part & 0x7f) << (7 * i);
            if (part < 0x80)
            {
                value = (int)(raw >> 1) ^ -(int)(raw & 1);
                return true;
            }
        }
        value = 0;
        return false;
    }

    private static bool TryReadMore(ReadOnlySpan<byte> bytes, ref int position, out long value)
    {
        ulong raw = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if ((uint)position >= (uint)bytes.Length)
                break;
            ulong part = bytes[position++];
            raw |= (part & 0x7f) << shift;
            if (part < 0x80)
            {
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                return true;
            }
        }
        value = 0;
        return false;
    }
}
