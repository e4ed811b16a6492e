using System.Buffers;
using System.Buffers.Binary;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

/// <summary>
/// What a leader checks in the records of a compressed batch. Kafka reads them in two ways: without keys and values when the compression
/// stays, whole when it changes.
/// </summary>
public sealed class CompressedBatchTests
{
    private const long Now = 1_700_000_060_000;
    private const int AttributesPosition = 22;

    // Two records: length 10, attributes, timestamp delta, offset delta, key of 2, value of 2, no headers.
    private static readonly byte[] s_records =
    [
        0x14, 0, 0, 0, 4, (byte)'k', (byte)'0', 4, (byte)'v', (byte)'0', 0,
        0x14, 0, 0, 2, 4, (byte)'k', (byte)'1', 4, (byte)'v', (byte)'1', 0,
    ];

    private static readonly RecordValidationOptions s_options = new() { TopicPartition = new TopicPartition("topic", 0) };

    // The responses of Apache Kafka 4.3.1 where the compression stays; -1: it accepts a batch that no consumer can read.
    [TestCase("unchanged", 0, "14", ErrorCode.None)]
    [TestCase("a length that is too small", 0, "12", ErrorCode.InvalidRecord)]
    [TestCase("a length that is too large", 0, "16", ErrorCode.InvalidRecord)]
    [TestCase("a negative length", 0, "11", ErrorCode.InvalidRecord)]
    [TestCase("a length of more than five bytes", 0, "ffffffffff01", ErrorCode.InvalidRecord)]
    [TestCase("a length in five bytes where one is enough", 0, "9480808000", ErrorCode.None)]
    [TestCase("other attributes", 1, "7f", ErrorCode.None)]
    [TestCase("another offset", 3, "04", ErrorCode.UnknownServerError)]
    [TestCase("a key length of -7", 4, "0d", ErrorCode.InvalidRecord)]
    [TestCase("a negative number of headers", 10, "01", ErrorCode.InvalidRecord)]
    [TestCase("more headers than bytes", 10, "7e", ErrorCode.InvalidRecord)]
    public void The_records_of_a_compressed_batch_are_checked(string change, int at, string hex, ErrorCode expected)
    {
        byte[] records = [.. s_records[..at], .. Convert.FromHexString(hex), .. s_records[(at + 1)..]];
        foreach (var type in (CompressionType[])[CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd])
        {
            using var result = Validate(Batch(records, type), s_options);
            Assert.That(result.ErrorCode, Is.EqualTo(expected), $"{type}, {change}: {result.ErrorMessage}");
        }
    }

    // The other iterator of Kafka does not catch what a length field of more than five bytes causes.
    [TestCase(CompressionType.None, ErrorCode.UnknownServerError)]
    [TestCase(CompressionType.Gzip, ErrorCode.InvalidRecord)]
    public void A_length_of_more_than_five_bytes_has_another_error_in_a_batch_without_compression(CompressionType type, ErrorCode expected)
    {
        foreach (var target in (CompressionType?[])[null, CompressionType.Zstd])
        {
            using var result = Validate(
                Batch([0xff, 0xff, 0xff, 0xff, 0xff, 1, .. s_records[1..]], type), s_options with { TargetCompression = target });
            Assert.That(result.ErrorCode, Is.EqualTo(expected), result.ErrorMessage);
        }
    }

    [Test]
    public void Where_the_compression_changes_the_offsets_need_not_follow_one_another()
    {
        byte[] records = [.. s_records[..3], 8, .. s_records[4..]];
        using var result = Validate(Batch(records, CompressionType.Gzip), s_options with { TargetCompression = CompressionType.Zstd });
        Assert.That(result.ErrorCode, Is.EqualTo(ErrorCode.None), result.ErrorMessage);
        Assert.That((result.FirstOffset, result.LastOffset), Is.EqualTo((1000L, 1001L)));
    }

    // From Apache Kafka 4.3.1. An id below -1 is no id for the checks of a batch, but it is one where the batch is built again.
    [TestCase(-2L, -1, -1, false, ErrorCode.UnknownServerError)]
    [TestCase(-2L, 0, -1, false, ErrorCode.UnknownServerError)]
    [TestCase(-2L, 0, 0, false, ErrorCode.None)]
    [TestCase(-1L, -1, -1, true, ErrorCode.UnknownServerError)]
    [TestCase(-1L, -1, -1, false, ErrorCode.None)]
    [TestCase(7L, -1, 0, false, ErrorCode.UnknownServerError)]
    public void Where_the_compression_changes_the_producer_is_checked_once_more(
        long producerId, short epoch, int sequence, bool isTransactional, ErrorCode expected)
    {
        var batch = Batch(s_records, CompressionType.None);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), epoch);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), sequence);
        batch[AttributesPosition] = (byte)(isTransactional ? 0x10 : 0);
        RecordBatchPatch.SetCrc(batch);
        using var result = Validate(batch, s_options with { TargetCompression = CompressionType.Gzip });
        Assert.That(result.ErrorCode, Is.EqualTo(expected), result.ErrorMessage);
    }

    [TestCase(1)]
    [TestCase(2)]
    public void What_is_accepted_can_be_read_back(int seed)
    {
        var random = new Random(seed);
        var accepted = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var records = s_records.ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(records.Count);
                if (random.Next(4) == 0)
                    records.Insert(at, (byte)random.Next(256));
                else if (random.Next(4) == 0)
                    records.RemoveAt(at);
                else
                    records[at] = (byte)(random.Next(2) == 0 ? random.Next(256) : random.Next(8));
            }
            var type = (CompressionType)random.Next(1, 5);
            CompressionType? target = random.Next(2) == 0 ? null : (CompressionType)random.Next(5);
            using var result = Validate(Batch([.. records], type), s_options with { TargetCompression = target });
            if (result.ErrorCode != ErrorCode.None)
                continue;
            accepted++;
            Assert.That(
                CountRecords(result.Records), Is.EqualTo(2), $"seed {seed}, round {round}: {Convert.ToHexStringLower([.. records])}");
        }
        Assert.That(accepted, Is.GreaterThan(1000), "changed batches that are still valid");
    }

    private static RecordValidationResult Validate(byte[] batch, RecordValidationOptions options) =>
        RecordBatchValidator.Validate(batch, options, AppendOrigin.Client, 1000, 5, Now);

    private static int CountRecords(ReadOnlyMemory<byte> bytes)
    {
        var count = 0;
        foreach (var batch in new RecordBatchReader(bytes.Span))
        {
            batch.EnsureValid();
            using var reader = new RecordReader(batch);
            while (reader.MoveNext())
                count++;
        }
        return count;
    }

    private static byte[] Batch(byte[] records, CompressionType type)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1_700_000_000_000, "k0"u8, "v0"u8);
        builder.Append(1_700_000_000_000, "k1"u8, "v1"u8);
        var compressed = new ArrayBufferWriter<byte>();
        if (type == CompressionType.None)
            compressed.Write(records);
        else
            CompressionCodecs.Get(type).Compress(records, compressed, level: null);
        byte[] batch = [.. builder.Build().Span[..RecordBatchHeader.Size], .. compressed.WrittenSpan];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - RecordBatchHeader.LogOverhead);
        batch[AttributesPosition] = (byte)type;
        RecordBatchPatch.SetCrc(batch);
        return batch;
    }
}
