using System.Text.Json;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Tests.Records;

public sealed class ValidBatchTests
{
    [Test]
    public void Every_batch_of_Kafka_is_read_like_in_Kafka()
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
    public void Uncompressed_batches_are_built_with_the_same_bytes_and_compressed_ones_with_the_same_records()
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
        // With LogAppendTime, every record has the append time; the deltas contain the timestamps of the producer.
        var asWritten = bytes.ToArray();
        asWritten[22] &= 0xf7;
        using var reader = new RecordReader(new RecordBatch(asWritten));
        while (reader.MoveNext())
            builder.Append(reader.Current.Offset, reader.Current);
        return builder.Build().ToArray();
    }
}
