using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Protocol;

/// <summary>
/// A 128-bit id (Kafka's <c>Uuid</c>), with the most significant long first on the wire. Its text is 22 characters of URL-safe base64
/// without padding. Ordered by its two signed longs, as in Kafka.
/// </summary>
public readonly record struct Uuid(long MostSignificantBits, long LeastSignificantBits) : IComparable<Uuid>
{
    public const int Size = 16;

    private const int TextLength = 22;

    public static Uuid Zero => default;

    /// <summary>Kafka's <c>Uuid.ONE_UUID</c>, which is also <see cref="MetadataTopicId"/>.</summary>
    public static Uuid One => new(0, 1);

    /// <summary>The topic id of <c>__cluster_metadata</c>.</summary>
    public static Uuid MetadataTopicId => One;

    public bool IsZero => MostSignificantBits == 0 && LeastSignificantBits == 0;

    /// <summary>
    /// A random version 4 id. As in Kafka, its text does not start with a dash and it is not one of the 100 reserved ids.
    /// </summary>
    public static Uuid Random(Random source)
    {
        Span<byte> bytes = stackalloc byte[Size];
        while (true)
        {
            source.NextBytes(bytes);
            bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
            bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
            var id = Read(bytes);
            if ((id.MostSignificantBits != 0 || id.LeastSignificantBits is < 0 or >= 100) && bytes[0] >> 2 != 62)
                return id;
        }
    }

    public static Uuid Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadInt64BigEndian(source), BinaryPrimitives.ReadInt64BigEndian(source[8..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, MostSignificantBits);
        BinaryPrimitives.WriteInt64BigEndian(destination[8..], LeastSignificantBits);
    }

    /// <summary>
    /// Parses the text form, with or without two padding characters (Kafka's <c>Uuid.fromString</c>). As in Java, the unused bits of the
    /// last character are ignored.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Uuid id)
    {
        id = default;
        if (text is null)
            return false;
        var isPadded = text.Length == TextLength + 2 && text.EndsWith("==", StringComparison.Ordinal);
        if (text.Length != TextLength && !isPadded)
            return false;
        UInt128 bits = 0;
        foreach (var character in text.AsSpan(0, TextLength - 1))
        {
            if (Digit(character) is not { } digit)
                return false;
            bits = (bits << 6) | digit;
        }
        if (Digit(text[TextLength - 1]) is not { } last)
            return false;
        bits = (bits << 2) | (last >> 4);
        id = new((long)(ulong)(bits >> 64), (long)(ulong)bits);
        return true;
    }

    private static uint? Digit(char character) => character switch
    {
        >= 'A' and <= 'Z' => (uint)(character - 'A'),
        >= 'a' and <= 'z' => (uint)(character - 'a' + 26),
        >= '0' and <= '9' => (uint)(character - '0' + 52),
        '-' => 62,
        '_' => 63,
        _ => null,
    };

    /// <exception cref="FormatException">The text is not 22 characters of URL-safe base64.</exception>
    public static Uuid Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a UUID of 22 characters in URL-safe base64");

    public int CompareTo(Uuid other)
    {
        var high = MostSignificantBits.CompareTo(other.MostSignificantBits);
        return high != 0 ? high : LeastSignificantBits.CompareTo(other.LeastSignificantBits);
    }

    /// <summary>Seeded, as clients choose the ids that they ask for.</summary>
    public override int GetHashCode() => SeededHash.Of(MostSignificantBits, LeastSignificantBits);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool operator <(Uuid left, Uuid right) => left.CompareTo(right) < 0;
    public static bool operator >(Uuid left, Uuid right) => left.CompareTo(right) > 0;
    public static bool operator <=(Uuid left, Uuid right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Uuid left, Uuid right) => left.CompareTo(right) >= 0;
}
