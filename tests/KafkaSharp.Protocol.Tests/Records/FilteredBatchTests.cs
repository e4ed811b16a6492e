using System.Buffers;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Filtering;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Tests.Records;

public sealed class FilteredBatchTests
{
    [Test]
    public void Compaction_keeps_the_same_records_of_every_batch_as_Kafka()
    {
        var count = 0;
        var lines = BatchVector.Lines("record-batches.jsonl.gz", "filter");
        Assert.Multiple(() =>
        {
            foreach (var line in lines)
            {
                count++;
                var expected = line.GetProperty("result").GetProperty("result");
                using var filter = new RecordBatchFilter(
                    new NamedFilter(line.GetProperty("filter").GetString()!), line.GetProperty("deleteRetentionMs").GetInt64());
                var destination = new ArrayBufferWriter<byte>();
                var bytes = line.Bytes();
                var result = filter.Filter(bytes, line.GetProperty("currentTimeMs").GetInt64(), destination);
                Assert.That(result.MessagesRead, Is.EqualTo(expected.GetProperty("messagesRead").GetInt32()), line.Case());
                Assert.That(result.MessagesRetained, Is.EqualTo(expected.GetProperty("messagesRetained").GetInt32()), line.Case());
                Assert.That(result.BytesRead, Is.EqualTo(expected.GetProperty("bytesRead").GetInt32()), line.Case());
                Assert.That(result.MaxOffset, Is.EqualTo(expected.GetProperty("maxOffset").GetInt64()), line.Case());
                Assert.That(result.MaxTimestamp, Is.EqualTo(expected.GetProperty("maxTimestamp").GetInt64()), line.Case());
                Assert.That(result.BytesRetained, Is.EqualTo(destination.WrittenCount), line.Case());
                var isCompressed = new RecordBatch(bytes).Compression != CompressionType.None;
                if (!isCompressed)
                    Assert.That(Convert.ToHexStringLower(destination.WrittenSpan), Is.EqualTo(expected.GetProperty("hex").GetString()),
                        line.Case());
                if (expected.TryGetProperty("batches", out var batches))
                    Assert.That(BatchVector.Differences(batches, destination.WrittenSpan, isCompressed), Is.Empty, line.Case());
            }
        });
        Assert.That(count, Is.EqualTo(444));
    }

    private sealed class NamedFilter(string name) : IRecordFilter
    {
        public BatchRetention CheckBatch(RecordBatch batch, out bool containsMarkerForEmptyTransaction)
        {
            containsMarkerForEmptyTransaction = name == "marker-horizon";
            return name switch
            {
                "delete-batch" => BatchRetention.Delete,
                "keep-none/retain-empty" => BatchRetention.RetainEmpty,
                _ => BatchRetention.DeleteEmpty,
            };
        }

        public void CheckRecords(RecordBatch batch, ref RecordReader records, RecordDecisions decisions)
        {
            while (records.MoveNext())
            {
                if (IsKept(records.Current.Offset))
                    decisions.Keep(records.Current.Offset, records.Current.HasValue);
                else
                    decisions.Remove();
            }
        }

        private bool IsKept(long offset) => name switch
        {
            "keep-even-offsets" => offset % 2 == 0,
            "keep-none/retain-empty" or "keep-none/delete-empty" => false,
            _ => true,
        };
    }
}
