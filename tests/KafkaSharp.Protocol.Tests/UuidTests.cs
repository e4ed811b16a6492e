namespace KafkaSharp.Protocol.Tests;

/// <summary>Kafka's <c>Uuid</c>: text, bytes and order.</summary>
internal sealed class UuidTests
{
    [Test]
    public void Text_and_bytes_are_those_of_Kafka()
    {
        var lines = MathVectors.OfKind("uuid").ToList();
        foreach (var line in lines)
        {
            var text = line["string"]!.GetValue<string>();
            var bytes = Convert.FromHexString(line["hex"]!.GetValue<string>());
            var id = Uuid.Read(bytes);
            var written = new byte[Uuid.Size];
            id.Write(written);
            Assert.That(written, Is.EqualTo(bytes));
            Assert.That(id.ToString(), Is.EqualTo(text));
            Assert.That(Uuid.Parse(text), Is.EqualTo(id));
        }
        Assert.That(lines, Has.Count.EqualTo(48));
    }

    [Test]
    public void Order_is_that_of_Kafka()
    {
        var expected = MathVectors.OfKind("uuidOrder").Single()["ascending"]!.AsArray().Select(n => n!.GetValue<string>()).ToList();
        var shuffled = expected.Select(Uuid.Parse).ToArray();
        new Random(5).Shuffle(shuffled);
        Assert.That(shuffled.Order().Select(id => id.ToString()), Is.EqualTo(expected));
    }

    [Test]
    public void Text_is_accepted_or_refused_as_by_Kafka()
    {
        var lines = MathVectors.OfKind("uuidParse").ToList();
        foreach (var line in lines)
        {
            var text = line["string"]!.GetValue<string>();
            Assert.That(Uuid.TryParse(text, out var id), Is.EqualTo(line["ok"]!.GetValue<bool>()), text);
            if (line["toString"] is { } canonical)
                Assert.That(id.ToString(), Is.EqualTo(canonical.GetValue<string>()));
            else
                Assert.That(() => Uuid.Parse(text), Throws.TypeOf<FormatException>(), text);
        }
        Assert.That(lines, Has.Count.EqualTo(11));
    }

    [Test]
    public void Random_ids_are_of_version_4_and_never_start_with_a_dash()
    {
        var source = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var id = Uuid.Random(source);
            Assert.That(id.ToString(), Does.Not.StartWith("-"));
            Assert.That((id.MostSignificantBits >> 12) & 0xf, Is.EqualTo(4));
            Assert.That((id.LeastSignificantBits >> 62) & 3, Is.EqualTo(2));
        }
    }
}
