using CompareRequests.Schemas;
using CompareRequests.Wire;
using KafkaSharp.Protocol.Generator.Schemas;

namespace CompareRequests.Mutations;

/// <summary>
/// The values to try for a field, from its type alone: the ends of the range, negative, empty, null, unknown, repeated, oversized.
/// </summary>
internal static class FieldMutations
{
    private static readonly string[] s_texts =
    [
        "", "no-such", "a b", ".", "..", "é☃", "nul\0", "-1", "1", "__consumer_offsets", "__transaction_state", "__cluster_metadata",
        new('x', 249), new('x', 250), new('x', 32767),
    ];

    private static readonly double[] s_fractions =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, 0, 0.5, double.MaxValue, double.Epsilon];

    public static IEnumerable<object?> Of(FieldSchema field, object? original)
    {
        var values = field.Type.IsArray ? Arrays(original as List<object?>) : Elements(field);
        var text = Values.Text(original);
        return values.Where(value => Values.Text(value) != text);
    }

    public static IEnumerable<object?> Elements(FieldSchema field) => field.Type.Element switch
    {
        "string" => [.. s_texts, null, new AnnouncedLength(-2), new AnnouncedLength(30000)],
        "bool" => [false, true],
        // With the types of resources that have configs.
        "int8" => [.. Numbers(sbyte.MinValue, sbyte.MaxValue), 8L, 16L, 32L],
        "int16" => Numbers(short.MinValue, short.MaxValue),
        "int32" => Numbers(int.MinValue, int.MaxValue),
        "int64" => Numbers(long.MinValue, long.MaxValue),
        "uint16" => [0L, 1L, 65535L],
        "uint32" => [0L, 1L, (long)uint.MaxValue],
        "float64" => s_fractions.Cast<object?>(),
        "uuid" => [UuidText.Zero, "AAAAAAAAAAAAAAAAAAAAAQ", "AAAAAAAAAAAAAAAAAAAAAg", "zzzzzzzzzzzzzzzzzzzzzw", "@topicId/2"],
        "bytes" =>
        [
            Array.Empty<byte>(), new byte[] { 255 }, new byte[100_000], null, new AnnouncedLength(-2), new AnnouncedLength(100_000),
        ],
        "records" => [.. BatchMutations.All(), null, new AnnouncedLength(-2), new AnnouncedLength(100_000)],
        _ => [null],
    };

    private static IEnumerable<object?> Numbers(long least, long most) => [least, -3L, -2L, -1L, 0L, 1L, 2L, 3L, 4L, 5L, 100L, most];

    private static IEnumerable<object?> Arrays(List<object?>? original)
    {
        yield return new List<object?>();
        yield return null;
        yield return new AnnouncedLength(-2);
        yield return new AnnouncedLength(100_000);
        yield return new AnnouncedLength(int.MaxValue - 1);
        if (original is [var first, ..])
            yield return new List<object?> { first, Values.Clone(first) };
    }
}
