using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Filtering;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

/// <summary>
/// Batches with changed, removed and inserted bytes: readers return a result or throw a RecordsException, in bounded time and memory.
/// </summary>
public sealed class MutatedBatchTests
{
    private const int Rounds = 20_000;
    private const int MaxRecordBytes = 1 << 20;

    private static readonly RecordValidationOptions[] Options =
    [
        new() { TopicPartition = new TopicPartition("topic", 0) },
        new() { TopicPartition = new TopicPartition("topic", 0), TargetCompression = CompressionType.Lz4, Compacted = true },
        new() { TopicPartition = new TopicPartition("topic", 0), TimestampType = TimestampType.LogAppendTime,
            TargetCompression = CompressionType.None },
    ];

    [TestCase(1)]
    [TestCase(2)]
    public void Mutated_batches_cause_no_other_exception_than_RecordsException(int seed)
    {
        var originals = BatchVector.Lines("record-batches.jsonl.gz", "valid").Select(l => l.Bytes()).Where(b => b.Length is > 0 and < 4000)
            .ToArray();
        var random = new Random(seed);
        var read = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutate(originals[random.Next(originals.Length)], random);
            var options = Options[random.Next(Options.Length)];
            try
            {
                read += Read(bytes) ? 1 : 0;
                Compact(bytes);
                using var result = RecordBatchValidator.Validate(bytes.ToArray(), options, AppendOrigin.Client, 100, 3, 1_700_000_060_000);
                using var unchecked_ = RecordBatchValidator.AssignOffsets(
                    bytes, options, (AppendOrigin)random.Next(4), (CompressionType)random.Next(5), 100, 3, 1_700_000_060_000);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}, {Convert.ToHexStringLower(bytes)}: {e}");
            }
        }
        Assert.That(read, Is.GreaterThan(Rounds / 20), "mutations that still read as records");
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - allocated) / Rounds, Is.LessThan(200_000), "bytes allocated a batch");
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    bytes[at] = 0xff;
                    break;
                default:
                    bytes[Math.Min(bytes.Count - 1, random.Next(8, 61))] = (byte)random.Next(256);
                    break;
            }
        }
        var result = bytes.ToArray();
        if (result.Length > RecordBatchHeader.Size && result[RecordBatchHeader.MagicPosition] == 2 && random.Next(2) == 0)
            Repair(result);
        return result;
    }

    /// <summary>Corrects length and CRC, so that the bytes after them are read.</summary>
    private static void Repair(byte[] batch)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - RecordBatchHeader.LogOverhead);
        RecordBatchPatch.SetCrc(batch);
    }

    private static void Compact(byte[] bytes)
    {
        using var filter = new RecordBatchFilter(new KeepSome(), 1000);
        try
        {
            filter.Filter(bytes, 1_700_000_060_000, new System.Buffers.ArrayBufferWriter<byte>());
        }
        catch (RecordsException)
        {
            // Expected.
        }
    }

    private sealed class KeepSome : IRecordFilter
    {
        public BatchRetention CheckBatch(RecordBatch batch, out bool containsMarkerForEmptyTransaction)
        {
            containsMarkerForEmptyTransaction = batch.SizeInBytes % 2 == 0;
            return BatchRetention.RetainEmpty;
        }

        public void CheckRecords(RecordBatch batch, ref RecordReader records, RecordDecisions decisions)
        {
            while (records.MoveNext())
            {
                if (records.Current.Offset % 3 != 0)
                    decisions.Keep(records.Current.Offset, records.Current.HasValue);
                else
                    decisions.Remove();
            }
        }
    }

    private static bool Read(byte[] bytes)
    {
        var records = 0;
        try
        {
            foreach (var batch in new RecordBatchReader(bytes))
            {
                using var reader = new RecordReader(batch, MaxRecordBytes);
                while (reader.MoveNext())
                {
                    ref readonly var record = ref reader.Current;
                    records += record.HasKey && record.HasValue && record.Key.Length + record.Value.Length >= 0 ? 1 : 0;
                    foreach (var header in record.Headers)
                        records += header.HasValue && header.Value.Length > 1_000_000 ? 1 : 0;
                    if (batch.IsControlBatch)
                        ControlRecords.ParseEndTransactionMarker(record);
                }
                batch.EnsureValid();
            }
            return records > 0;
        }
        catch (RecordsException)
        {
            return false;
        }
    }
}
