using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Coordinators.Transactions;

namespace KafkaSharp.Coordinators.Tests.Vectors;

/// <summary>
/// __transaction_state as a genuine 4.3.1 broker wrote it: what is loaded is what its admin client got, and our records are its bytes.
/// </summary>
internal sealed class GenuineTransactionLogTests
{
    [TestCase("stage1-uncleaned")]
    [TestCase("stage2-killed")]
    [TestCase("stage3-recovered")]
    public async Task Transactions_are_those_the_genuine_broker_reported(string stage)
    {
        await using var harness = new TransactionHarness();
        harness.Storage.Entries(0).AddRange(Records(stage).Select(record => new MemoryCoordinatorStorage.Entry(record.Key, record.Value)));
        harness.Reload();
        await using var stream = new GZipStream(
            File.OpenRead(TestInfrastructure.Vectors.Find($"log-dirs/{stage}.consumer.json.gz")), CompressionMode.Decompress);
        var expected = (await JsonDocument.ParseAsync(stream)).RootElement.GetProperty("state").GetProperty("transactions")
            .EnumerateObject().ToArray();
        Assert.That(await harness.List(), Is.EqualTo(expected.Select(t => t.Name).Order(StringComparer.Ordinal)));
        foreach (var (id, transaction) in expected.Select(t => (t.Name, t.Value)))
        {
            var described = await harness.Describe(id);
            Assert.That(described.TransactionState, Is.EqualTo(transaction.GetProperty("state").GetString()), id);
            Assert.That(described.ProducerId, Is.EqualTo(transaction.GetProperty("producerId").GetInt64()), id);
            Assert.That(described.ProducerEpoch, Is.EqualTo(transaction.GetProperty("producerEpoch").GetInt16()), id);
            Assert.That(described.TransactionTimeoutMs, Is.EqualTo(transaction.GetProperty("timeoutMs").GetInt32()), id);
            Assert.That(
                described.Topics.SelectMany(topic => topic.Partitions.Select(partition => $"{topic.Topic}-{partition}")),
                Is.EquivalentTo(transaction.GetProperty("partitions").EnumerateArray().Select(p => p.GetString())), id);
        }
    }

    [TestCase("stage1-uncleaned")]
    [TestCase("stage3-recovered")]
    public void Every_record_we_make_of_what_was_read_is_the_genuine_record(string stage)
    {
        var written = 0;
        foreach (var (key, value, _) in Records(stage))
        {
            TransactionRecordSerde.Instance.Read(key, value, out var record);
            var (ourKey, ourValue) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            TransactionRecordSerde.Instance.WriteKey(record!, ourKey);
            Assert.That(TransactionRecordSerde.Instance.WriteValue(record!, ourValue), Is.EqualTo(value is not null));
            Assert.That(Convert.ToHexString(ourKey.WrittenSpan), Is.EqualTo(Convert.ToHexString(key)));
            if (value is not null)
                Assert.That(Convert.ToHexString(ourValue.WrittenSpan), Is.EqualTo(Convert.ToHexString(value)));
            written++;
        }
        Assert.That(written, Is.GreaterThan(10));
    }

    [Test]
    public void Genuine_batches_have_no_sequence() => Assert.That(
        Records("stage1-uncleaned").Select(record => record.BaseSequence).Distinct(), Is.EqualTo(new[] { -1 }));

    private static IEnumerable<(byte[] Key, byte[]? Value, int BaseSequence)> Records(string stage)
    {
        foreach (var line in TestInfrastructure.Vectors.Lines($"log-dirs/{stage}.files.jsonl.gz"))
        {
            var file = JsonDocument.Parse(line).RootElement;
            var name = file.GetProperty("file").GetString()!;
            if (!name.Contains("/__transaction_state-", StringComparison.Ordinal) || !name.EndsWith(".log", StringComparison.Ordinal))
                continue;
            foreach (var batch in file.GetProperty("batches").EnumerateArray())
            {
                foreach (var record in batch.GetProperty("records").EnumerateArray())
                {
                    yield return (
                        Convert.FromHexString(record.GetProperty("key").GetString()!),
                        record.GetProperty("value").GetString() is { } value ? Convert.FromHexString(value) : null,
                        batch.GetProperty("baseSequence").GetInt32());
                }
            }
        }
    }
}
