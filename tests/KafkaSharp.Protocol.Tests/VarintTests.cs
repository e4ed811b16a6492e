using System.Buffers;
using System.Text.Json.Nodes;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Protocol.Tests;

/// <summary>Compares the unsigned varints of messages and the signed varints of records with Kafka's <c>ByteUtils</c>.</summary>
internal sealed class VarintTests
{
    private delegate long Read(byte[] bytes, ref int position);

    [Test]
    public void Values_are_written_and_read_as_in_Kafka()
    {
        var lines = MathVectors.OfKind("varint").ToList();
        foreach (var line in lines)
        {
            var value = line["value"]!.GetValue<long>();
            Assert.That(Written(value), Is.EqualTo(Hex(line, "varlong")));
            Assert.That(ReadFrom(Hex(line, "varlong"), Long), Is.EqualTo(value));
            Assert.That(Varint.SizeOf(value), Is.EqualTo(Hex(line, "varlong").Length));
            if (line["varint"] is null)
                continue;
            Assert.That(Written(value), Is.EqualTo(Hex(line, "varint")));
            Assert.That(ReadFrom(Hex(line, "varint"), Int), Is.EqualTo(value));
            Assert.That(Varint.SizeOf((int)value), Is.EqualTo(Hex(line, "varint").Length));
            Assert.That(WrittenUnsigned((int)value), Is.EqualTo(Hex(line, "unsignedVarint")));
            Assert.That(ReadFrom(Hex(line, "unsignedVarint"), Unsigned), Is.EqualTo(value));
        }
        Assert.That(lines, Has.Count.EqualTo(374));
    }

    [Test]
    public void Unusual_and_malformed_bytes_are_read_or_refused_as_in_Kafka()
    {
        var lines = MathVectors.OfKind("varintDecode").ToList();
        foreach (var line in lines)
        {
            Check(line, "varint", Int);
            Check(line, "unsignedVarint", Unsigned);
            Check(line, "varlong", Long);
        }
        Assert.That(lines, Has.Count.EqualTo(13));
    }

    private static void Check(JsonNode line, string key, Read read)
    {
        var expected = line[key]!;
        var bytes = Hex(line, "hex");
        if (expected["exception"] is not null)
        {
            Assert.That(() => ReadFrom(bytes, read), Throws.TypeOf<ProtocolException>(), $"{key} of {line["hex"]}");
            return;
        }
        var position = 0;
        Assert.That(read(bytes, ref position), Is.EqualTo(expected["value"]!.GetValue<long>()), $"{key} of {line["hex"]}");
        Assert.That(position, Is.EqualTo(expected["read"]!.GetValue<int>()));
    }

    private static byte[] Hex(JsonNode line, string key) => Convert.FromHexString(line[key]!.GetValue<string>());

    private static long ReadFrom(byte[] bytes, Read read)
    {
        var position = 0;
        return read(bytes, ref position);
    }

    private static long Int(byte[] bytes, ref int position) =>
        Varint.TryRead(bytes, ref position, out int value) ? value : throw new ProtocolException("no varint");

    private static long Long(byte[] bytes, ref int position) =>
        Varint.TryRead(bytes, ref position, out long value) ? value : throw new ProtocolException("no varlong");

    private static long Unsigned(byte[] bytes, ref int position)
    {
        var reader = new KafkaReader(bytes);
        var value = (int)reader.ReadUnsignedVarint();
        position = reader.Position;
        return value;
    }

    private static byte[] Written(long value)
    {
        Span<byte> bytes = stackalloc byte[Varint.MaxLongSize];
        return bytes[..Varint.Write(bytes, value)].ToArray();
    }

    private static byte[] WrittenUnsigned(int value)
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        writer.WriteUnsignedVarint(value);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }
}
