using KafkaSharp.Http.Control;
using KafkaSharp.Testing;

namespace KafkaSharp.Http.Tests.Control;

internal sealed class SeedFileTests
{
    [Test]
    public async Task Lines_are_records_of_their_topics()
    {
        var options = new KafkaTestBrokerOptions { Topics = { { "orders", 2 } } };
        SeedFile.Read(
            """
            {"topic": "orders", "key": "a", "value": {"id": 1}, "headers": {"h": "v"}, "partition": 1, "timestamp": "2021-01-01T00:00:00Z"}

            {"topic": "orders", "key": "a", "value": null, "partition": 1}
            {"topic": "other", "value": "text"}
            """.Split('\n'),
            options.Records);
        await using var kafka = await KafkaTestBroker.StartAsync(options);
        var orders = await kafka.Topics.ReadAsync("orders");
        Assert.That(orders.Select(record => record.ToString()), Is.EqualTo(new[] { """1:0 a = {"id": 1}""", "1:1 a = null" }));
        Assert.That(orders[0].Timestamp, Is.EqualTo(new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.That((await kafka.Topics.ReadAsync("other")).Single().ValueText, Is.EqualTo("text"));
    }

    [TestCase("{\"topic\": \"t\"}\n{\"value\": \"1\"}", "line 2: A record of a seed needs its 'topic'")]
    [TestCase("{\"topic\": \"t\", \"val\": \"1\"}", "line 1: A record has no 'val'. Known: key, keyBase64")]
    [TestCase("\n\nx", "line 3: ")]
    public void A_wrong_line_is_named(string text, string message) => Assert.That(
        () => SeedFile.Read(text.Split('\n'), []), Throws.InstanceOf<FormatException>().With.Message.StartsWith(message));
}
