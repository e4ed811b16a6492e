using System.Buffers.Binary;
using System.Globalization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Server.DumpLog.Records;

/// <summary>Keys and values by the decoders of <c>org.apache.kafka.tools.api</c>: strings, numbers, or bytes.</summary>
internal sealed class PlainTexts(string keyDecoder, string valueDecoder) : IRecordTexts
{
    public const string StringDecoder = "org.apache.kafka.tools.api.StringDecoder";

    private static readonly Dictionary<string, Func<ReadOnlySpan<byte>, string>> s_decoders = new(StringComparer.Ordinal)
    {
        ["StringDecoder"] = JavaUtf8.GetString,
        ["DefaultDecoder"] = static bytes => Convert.ToHexStringLower(bytes),
        ["LongDecoder"] = static bytes => BinaryPrimitives.ReadInt64BigEndian(bytes).ToString(CultureInfo.InvariantCulture),
        ["IntegerDecoder"] = static bytes => BinaryPrimitives.ReadInt32BigEndian(bytes).ToString(CultureInfo.InvariantCulture),
    };

    private readonly Func<ReadOnlySpan<byte>, string> _key = Find(keyDecoder);
    private readonly Func<ReadOnlySpan<byte>, string> _value = Find(valueDecoder);

    public bool IsJson => false;

    public (string? Key, string? Payload) Of(in Record record) => (
        record.HasKey ? Text(_key, record.Key) : null,
        record.HasValue ? Text(_value, record.Value) : null);

    // The last part of the class's name decides, so that the names of Kafka 3 mean the same.
    private static Func<ReadOnlySpan<byte>, string> Find(string name) =>
        s_decoders.GetValueOrDefault(name[(name.LastIndexOf('.') + 1)..])
        ?? throw new DumpException($"There is no decoder {name}. Decoders: {string.Join(", ", s_decoders.Keys)}");

    private static string Text(Func<ReadOnlySpan<byte>, string> decoder, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return decoder(bytes);
        }
        catch (ArgumentOutOfRangeException)
        {
            return $"({bytes.Length} bytes are too few: 0x{Convert.ToHexStringLower(bytes)})";
        }
    }
}
