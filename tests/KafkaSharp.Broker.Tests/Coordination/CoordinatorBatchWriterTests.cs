using System.Text.Json;
using KafkaSharp.Broker.Coordination;
using KafkaSharp.Compression;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol.Records;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Coordination;

sealed class CoordinatorBatchWriterTests
{
    /// <summary>The CRC covers everything but base offset and leader epoch, which the log sets.</summary>
    [Test]
    public void A_command_becomes_the_batch_that_a_genuine_coordinator_writes()
    {
        var compared = 0;
        using var writer = new CoordinatorBatchWriter(CompressionType.None);
        foreach (var batch in GenuineBatches())
        {
            var records = batch.GetProperty("records").EnumerateArray().Select(record => (CoordinatorRecord)new RawRecord(
                Bytes(record.GetProperty("key")) ?? [], Bytes(record.GetProperty("value")))).ToList();
            var index = 0;
            var header = new RecordBatchHeader(writer.Next(records, ref index, int.MaxValue, batch.GetProperty("baseTimestamp").GetInt64()).Span);
            Assert.That(index, Is.EqualTo(records.Count));
            Assert.That(header.Crc, Is.EqualTo((uint)batch.GetProperty("crc").GetInt64()), $"at offset {batch.GetProperty("baseOffset")}");
            Assert.That(header.SizeInBytes, Is.EqualTo(batch.GetProperty("sizeInBytes").GetInt32()));
            compared++;
        }
        Assert.That(compared, Is.GreaterThan(20));
    }

    [Test]
    public void A_list_too_long_for_one_batch_becomes_several()
    {
        using var writer = new CoordinatorBatchWriter(CompressionType.None);
        var records = Enumerable.Range(0, 100).Select(i => (CoordinatorRecord)new RawRecord(new byte[50], null)).ToList();
        var index = 0;
        var counts = new List<int>();
        while (index < records.Count)
        {
            var batch = writer.Next(records, ref index, 1000, 0);
            Assert.That(batch.Length, Is.AtMost(1000));
            counts.Add(new RecordBatchHeader(batch.Span).RecordCount);
        }
        Assert.That(counts, Has.Count.GreaterThan(5));
        Assert.That(counts.Sum(), Is.EqualTo(100));
        index = 0;
        writer.Next(records, ref index, 10, 0);
        Assert.That(index, Is.EqualTo(1), "one at least");
    }

    private static IEnumerable<JsonElement> GenuineBatches()
    {
        foreach (var line in Vectors.Lines("log-dirs/stage1-uncleaned.files.jsonl.gz"))
        {
            var file = JsonDocument.Parse(line).RootElement;
            var name = file.GetProperty("file").GetString()!;
            if (!name.Contains("/__consumer_offsets-", StringComparison.Ordinal) || !name.EndsWith(".log", StringComparison.Ordinal))
                continue;
            foreach (var batch in file.GetProperty("batches").EnumerateArray())
            {
                if (!batch.GetProperty("isTransactional").GetBoolean())
                    yield return batch;
            }
        }
    }

    private static byte[]? Bytes(JsonElement hex) => hex.GetString() is { } text ? Convert.FromHexString(text) : null;

    private sealed class RawRecord(byte[] key, byte[]? value) : CoordinatorRecord
    {
        public override bool IsTombstone => value is null;

        public override void WriteKey(System.Buffers.IBufferWriter<byte> sink) => System.Buffers.BuffersExtensions.Write(sink, key);

        public override void WriteValue(System.Buffers.IBufferWriter<byte> sink) => System.Buffers.BuffersExtensions.Write(sink, value);
    }
}
