using System.Buffers;
using System.Text.Json.Nodes;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Protocol.Tests;

/// <summary>Varints against Kafka's <c>ByteUtils</c>.</summary>
sealed class VarintTests
{
    private delegate void Write(ref KafkaWriter writer);

    private delegate object Read(ref KafkaReader reader);

    [Test]
    public void Values_are_written_and_read_as_in_Kafka()
    {
        var lines = MathVectors.OfKind("varint").ToList();
        foreach (var line in lines)
        {
            var value = line["value"]!.GetValue<long>();
            Assert.That(Written((ref KafkaWriter w) => w.WriteVarlong(value)), Is.EqualTo(Hex(line, "varlong")));
            Assert.That(ReadFrom(Hex(line, "varlong"), (ref KafkaReader r) => r.ReadVarlong()), Is.EqualTo(value));
            if (line["varint"] is null)
                continue;
            Assert.That(Written((ref KafkaWriter w) => w.WriteVarint((int)value)), Is.EqualTo(Hex(line, "varint")));
            Assert.That(ReadFrom(Hex(line, "varint"), (ref KafkaReader r) => r.ReadVarint()), Is.EqualTo((int)value));
            Assert.That(Written((ref KafkaWriter w) => w.WriteUnsignedVarint((int)value)), Is.EqualTo(Hex(line, "unsignedVarint")));
            Assert.That(ReadFrom(Hex(line, "unsignedVarint"), (ref KafkaReader r) => (int)r.ReadUnsignedVarint()), Is.EqualTo((int)value));
        }
        Assert.That(lines, Has.Count.EqualTo(374));
    }

    [Test]
    public void Odd_and_broken_bytes_are_read_or_refused_as_in_Kafka()
    {
        var lines = MathVectors.OfKind("varintDecode").ToList();
        foreach (var line in lines)
        {
            Check(line, "varint", (ref KafkaReader r) => (long)r.ReadVarint());
            Check(line, "unsignedVarint", (ref KafkaReader r) => (long)(int)r.ReadUnsignedVarint());
            Check(line, "varlong", (ref KafkaReader r) => r.ReadVarlong());
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
        var reader = new KafkaReader(bytes);
        Assert.That(read(ref reader), Is.EqualTo(expected["value"]!.GetValue<long>()), $"{key} of {line["hex"]}");
        Assert.That(reader.Position, Is.EqualTo(expected["read"]!.GetValue<int>()));
    }

    private static byte[] Hex(JsonNode line, string key) => Convert.FromHexString(line[key]!.GetValue<string>());

    private static object ReadFrom(byte[] bytes, Read read)
    {
        var reader = new KafkaReader(bytes);
        return read(ref reader);
    }

    private static byte[] Written(Write write)
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        write(ref writer);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }
}
