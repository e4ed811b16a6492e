using System.Text.Json;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Metadata.Tests.Records;

internal sealed class MetadataRecordSerdeTests
{
    [Test]
    public void Every_metadata_message_of_kafka_is_read_and_written_back_the_same()
    {
        var count = 0;
        foreach (var line in Vectors.Lines("messages.jsonl.gz"))
        {
            using var json = JsonDocument.Parse(line);
            var message = json.RootElement;
            if (message.GetProperty("kind").GetString() != "metadata"
                || message.GetProperty("name").GetString()!.StartsWith("Remote", StringComparison.Ordinal))
                continue;
            var bytes = Convert.FromHexString(message.GetProperty("framedHex").GetString()!);
            var record = MetadataRecordSerde.Instance.Read(bytes);
            Assert.That(record.Message.GetType().Name, Is.EqualTo(message.GetProperty("name").GetString()));
            Assert.That(record.Version, Is.EqualTo(message.GetProperty("version").GetInt16()));
            Assert.That(GenuineLog.Bytes(record), Is.EqualTo(bytes), $"{record} {message.GetProperty("case").GetString()}");
            count++;
        }
        Assert.That(count, Is.GreaterThan(200));
    }

    [TestCaseSource(typeof(GenuineLog), nameof(GenuineLog.All))]
    public void Every_record_of_a_genuine_log_is_written_back_the_same(string directory)
    {
        var log = GenuineLog.Read(directory);
        Assert.That(log.Values, Is.Not.Empty);
        foreach (var value in log.Values)
            Assert.That(GenuineLog.Bytes(MetadataRecordSerde.Instance.Read(value)), Is.EqualTo(value));
    }

    [TestCase("02140000", TestName = "An_unknown_frame_version_is_refused")]
    [TestCase("017f0000", TestName = "An_unknown_record_type_is_refused")]
    [TestCase("01140100", TestName = "An_unknown_record_version_is_refused")]
    [TestCase("0114000000", TestName = "Bytes_after_the_record_are_refused")]
    [TestCase("01", TestName = "A_record_cut_short_is_refused")]
    [TestCase("", TestName = "An_empty_value_is_refused")]
    public void Refuses(string hex) =>
        Assert.That(() => MetadataRecordSerde.Instance.Read(Convert.FromHexString(hex)), Throws.TypeOf<ProtocolException>());
}
