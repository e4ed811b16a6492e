using System.Buffers.Binary;
using System.Numerics;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// The hash of a record's key: SipHash-2-4 with 128 bits. Two keys of one hash would count as one key, and a record would be lost, so the
/// hash is that long, and its secret key is drawn at random: a client cannot make keys that collide, as it can with MD5, which Kafka uses.
/// Which records are kept does not depend on it.
/// </summary>
internal readonly struct KeyHasher
{
    private readonly ulong _v0;
    private readonly ulong _v1;
    private readonly ulong _v2;
    private readonly ulong _v3;

    public KeyHasher(ulong key0, ulong key1)
    {
        _v0 = key0 ^ 0x736f6d6570736575;
        _v1 = key1 ^ 0x646f72616e646f6d ^ 0xee;
        _v2 = key0 ^ 0x6c7967656e657261;
        _v3 = key1 ^ 0x7465646279746573;
    }

    public KeyHasher(Random random)
        : this((ulong)random.NextInt64(long.MinValue, long.MaxValue), (ulong)random.NextInt64(long.MinValue, long.MaxValue))
    {
    }

    public KeyHash Hash(ReadOnlySpan<byte> key)
    {
        var (v0, v1, v2, v3) = (_v0, _v1, _v2, _v3);
        var rest = key;
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }
        var last = (ulong)key.Length << 56;
        for (var i = 0; i < rest.Length; i++)
            last |= (ulong)rest[i] << (8 * i);
        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xee;
        Finish(ref v0, ref v1, ref v2, ref v3);
        var first = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        Finish(ref v0, ref v1, ref v2, ref v3);
        return new(first, v0 ^ v1 ^ v2 ^ v3);
    }

    private static void Finish(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        for (var i = 0; i < 4; i++)
            Round(ref v0, ref v1, ref v2, ref v3);
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
