using System.Text.Json;
using KafkaSharp.Compression;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Coordinators.Tests.Runtime;

internal sealed class CoordinatorBatchTests
{
    /// <summary>The CRC covers everything but base offset and leader epoch, which the log sets.</summary>
    [Test]
    public void A_batch_is_the_one_that_a_genuine_coordinator_writes()
    {
        var compared = 0;
        using var batch = new CoordinatorBatch<GroupRecord>(GroupRecordSerde.Instance, CompressionType.None);
        foreach (var genuine in GenuineBatches())
        {
            var isTransactional = genuine.GetProperty("isTransactional").GetBoolean();
            batch.Start(isTransactional
                ? new ProducerIdentity(genuine.GetProperty("producerId").GetInt64(), genuine.GetProperty("producerEpoch").GetInt16())
                : ProducerIdentity.None);
            foreach (var record in genuine.GetProperty("records").EnumerateArray())
            {
                var key = Convert.FromHexString(record.GetProperty("key").GetString()!);
                var value = record.GetProperty("value").GetString() is { } hex ? Convert.FromHexString(hex) : null;
                batch.Add(new OpaqueRecord("g", GroupType.Consumer, false, key, value), genuine.GetProperty("baseTimestamp").GetInt64());
            }
            var header = new RecordBatchHeader(batch.Build().Span);
            Assert.That(header.Crc, Is.EqualTo((uint)genuine.GetProperty("crc").GetInt64()),
                $"at offset {genuine.GetProperty("baseOffset")}");
            Assert.That(header.SizeInBytes, Is.EqualTo(genuine.GetProperty("sizeInBytes").GetInt32()));
            compared++;
        }
        Assert.That(compared, Is.GreaterThan(20));
    }

    private static IEnumerable<JsonElement> GenuineBatches()
    {
        foreach (var line in TestInfrastructure.Vectors.Lines("log-dirs/stage1-uncleaned.files.jsonl.gz"))
        {
            var file = JsonDocument.Parse(line).RootElement;
            var name = file.GetProperty("file").GetString()!;
            if (!name.Contains("/__consumer_offsets-", StringComparison.Ordinal) || !name.EndsWith(".log", StringComparison.Ordinal))
                continue;
            foreach (var batch in file.GetProperty("batches").EnumerateArray())
            {
                if (!batch.GetProperty("isControlBatch").GetBoolean())
                    yield return batch;
            }
        }
    }
}
