using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

public sealed class AppendedBatchTests
{
    [Test]
    public void A_leader_validates_and_patches_every_batch_like_Kafka()
    {
        var count = 0;
        var lines = BatchVector.Lines("record-batches.jsonl.gz", "append");
        Assert.Multiple(() =>
        {
            foreach (var line in lines)
            {
                count++;
                var with = line.GetProperty("with");
                var options = new RecordValidationOptions
                {
                    TopicPartition = new TopicPartition("topic", 0),
                    TargetCompression = Enum.Parse<CompressionType>(with.GetProperty("targetCompression").GetString()!, ignoreCase: true),
                    TimestampType = Enum.Parse<TimestampType>(with.GetProperty("timestampType").GetString()!),
                    TimestampBeforeMaxMs = with.GetProperty("timestampBeforeMaxMs").GetInt64(),
                    TimestampAfterMaxMs = with.GetProperty("timestampAfterMaxMs").GetInt64(),
                    Compacted = with.GetProperty("compacted").GetBoolean(),
                };
                LogValidation.Check(
                    line,
                    options,
                    Enum.Parse<AppendOrigin>(with.GetProperty("origin").GetString()!, ignoreCase: true),
                    Enum.Parse<CompressionType>(with.GetProperty("sourceCompression").GetString()!, ignoreCase: true),
                    with.GetProperty("nextOffset").GetInt64(),
                    with.GetProperty("partitionLeaderEpoch").GetInt32(),
                    with.GetProperty("nowMs").GetInt64());
            }
        });
        Assert.That(count, Is.EqualTo(720));
    }
}
