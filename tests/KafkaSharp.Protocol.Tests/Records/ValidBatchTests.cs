using System.Text.Json;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Tests.Records;

public sealed class ValidBatchTests
{
    [Test]
    public void Every_batch_that_Kafka_wrote_reads_as_Kafka_reads_it()
    {
        var count = 0;
        var lines = BatchVector.Lines("record-batches.jsonl.gz", "valid");
        Assert.Multiple(() =>
        {
            foreach (var line in lines)
            {
                Assert.That(BatchVector.Differences(line.GetProperty("batches"), line.Bytes()), Is.Empty, line.Case());
                count++;
            }
        });
        Assert.That(count, Is.EqualTo(338));
    }

    [Test]
    public void Uncompressed_batches_are_built_to_the_byte_and_compressed_ones_to_the_record()
    {
        var count = 0;
        var lines = BatchVector.Lines("record-batches.jsonl.gz", "valid");
        Assert.Multiple(() =>
        {
            foreach (var line in lines)
            {
                foreach (var (expected, bytes) in Split(line))
                {
                    count++;
                    var built = Rebuild(bytes);
                    if (bytes[22] % 8 == 0)
                        Assert.That(Convert.ToHexStringLower(built), Is.EqualTo(Convert.ToHexStringLower(bytes)), line.Case());
                    else
                        Assert.That(BatchVector.Differences(expected, built, ignoreCompressedSize: true), Is.Empty, line.Case());
                }
            }
        });
        Assert.That(count, Is.GreaterThanOrEqualTo(200));
    }

    private static List<(JsonElement Expected, byte[] Bytes)> Split(JsonElement line)
    {
        var found = new List<(JsonElement, byte[])>();
        var index = 0;
        foreach (var batch in new RecordBatchReader(line.Bytes()))
        {
            var all = line.GetProperty("batches");
            if (batch.Magic == 2)
                found.Add((JsonSerializer.SerializeToElement(new[] { all[index] }), batch.Bytes.ToArray()));
            index++;
        }
        return found;
    }

    private static byte[] Rebuild(byte[] bytes)
    {
        var batch = new RecordBatch(bytes);
        var header = batch.Header;
        var options = new RecordBatchOptions
        {
            BaseOffset = header.BaseOffset,
            Compression = batch.Compression,
            TimestampType = batch.TimestampType,
            LogAppendTime = header.MaxTimestamp,
            ProducerId = header.ProducerId,
            ProducerEpoch = header.ProducerEpoch,
            BaseSequence = header.BaseSequence,
            IsTransactional = header.IsTransactional,
            IsControlBatch = header.IsControlBatch,
            PartitionLeaderEpoch = header.PartitionLeaderEpoch,
            DeleteHorizonMs = batch.DeleteHorizonMs,
        };
        if (header.RecordCount == 0)
            return RecordBatchBuilder.Empty(options, header.LastOffset, header.MaxTimestamp);
        using var builder = new RecordBatchBuilder(options);
        // Under append time a reader sees that time for every record; the deltas hold what the producer wrote.
        var asWritten = bytes.ToArray();
        asWritten[22] &= 0xf7;
        using var reader = new RecordReader(new RecordBatch(asWritten));
        while (reader.MoveNext())
            builder.Append(reader.Current.Offset, reader.Current);
        return builder.Build().ToArray();
    }
}
