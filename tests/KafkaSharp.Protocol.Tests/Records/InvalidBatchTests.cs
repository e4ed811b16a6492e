using System.Text.Json;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

public sealed class InvalidBatchTests
{
    private const int Lines = 177;

    private static readonly RecordValidationOptions Options = new() { TopicPartition = new TopicPartition("topic", 0) };

    [Test]
    public void A_produce_request_is_refused_like_in_Kafka() =>
        EachResult("produceRequestValidate", bytes => { ProducedRecords.Check(11, bytes); return null; });

    [Test]
    public void Batches_are_enumerated_like_in_Kafka() =>
        EachResult("batchIterator", bytes =>
        {
            var count = 0;
            foreach (var _ in new RecordBatchReader(bytes))
                count++;
            return $"batches {count}";
        });

    [Test]
    public void Sizes_and_CRCs_are_checked_like_in_Kafka() =>
        EachResult("ensureValid", bytes =>
        {
            foreach (var batch in new RecordBatchReader(bytes))
                batch.EnsureValid();
            return null;
        });

    [Test]
    public void Records_are_read_like_in_Kafka() =>
        EachResult("readRecords", bytes =>
        {
            var count = 0;
            foreach (var batch in new RecordBatchReader(bytes))
            {
                using var reader = new RecordReader(batch);
                while (reader.MoveNext())
                    count++;
            }
            return $"records {count}";
        });

    [Test]
    public void A_leader_validates_like_Kafka()
    {
        var count = 0;
        var lines = BatchVector.Lines("record-batches.jsonl.gz", "invalid");
        Assert.Multiple(() =>
        {
            foreach (var line in lines)
            {
                count++;
                LogValidation.Check(line, Options, AppendOrigin.Client, SourceOf(line.Bytes()), 1234, 7, 1_700_000_060_000);
            }
        });
        Assert.That(count, Is.EqualTo(Lines));
    }

    private static CompressionType SourceOf(byte[] bytes)
    {
        try
        {
            var batches = new RecordBatchReader(bytes);
            return batches.MoveNext() ? batches.Current.Compression : CompressionType.None;
        }
        catch (RecordsException)
        {
            return CompressionType.None;
        }
    }

    private static void EachResult(string check, Func<byte[], string?> run)
    {
        var count = 0;
        var lines = BatchVector.Lines("record-batches.jsonl.gz", "invalid");
        Assert.Multiple(() =>
        {
            foreach (var line in lines)
            {
                count++;
                Check(line, line.GetProperty(check), run);
            }
        });
        Assert.That(count, Is.EqualTo(Lines));
    }

    private static void Check(JsonElement line, JsonElement recorded, Func<byte[], string?> run)
    {
        try
        {
            var result = run(line.Bytes());
            Assert.That(recorded.Fault(), Is.Null, line.Case());
            if (result is not null)
                Assert.That(result, Is.EqualTo(recorded.GetProperty("result").GetString()), line.Case());
        }
        catch (RecordsException e)
        {
            var expected = recorded.Fault();
            Assert.That(e.ErrorCode, Is.EqualTo(expected?.Code), $"{line.Case()}: {e.Message}");
            if (expected?.Message is { } message)
                Assert.That(e.Message, Is.EqualTo(message), line.Case());
        }
    }
}
