using System.Runtime.InteropServices;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

public sealed class RecordBatchValidatorTests
{
    private const long Now = 1_700_000_060_000;

    private static readonly RecordValidationOptions Options = new() { TopicPartition = new TopicPartition("topic", 0) };

    [TestCase(CompressionType.None)]
    [TestCase(CompressionType.Snappy)]
    [TestCase(CompressionType.Lz4)]
    [TestCase(CompressionType.Zstd)]
    public void A_plain_batch_is_checked_and_patched_in_place_without_an_allocation(CompressionType compression)
    {
        var bytes = Batch(compression, 100);
        var crc = new RecordBatch(bytes).Crc;
        Validate(bytes, Options);
        RecordBatchPatch.SetBaseOffset(bytes, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var result = Validate(bytes, Options);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(result.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(MemoryMarshal.TryGetArray(result.Records, out var array) && array.Array == bytes);
        var batch = new RecordBatch(bytes);
        Assert.That(batch.BaseOffset, Is.EqualTo(1000));
        Assert.That(batch.PartitionLeaderEpoch, Is.EqualTo(5));
        Assert.That(batch.Crc, Is.EqualTo(crc), "the CRC does not cover the changed fields");
        Assert.That((result.FirstOffset, result.LastOffset, result.RecordCount), Is.EqualTo((1000L, 1099L, 100)));
        Assert.That((result.MaxTimestamp, result.OffsetOfMaxTimestamp), Is.EqualTo((1_700_000_000_099L, 1099L)));
    }

    [Test]
    public void Append_time_sets_the_timestamp_and_the_CRC()
    {
        var bytes = Batch(CompressionType.Lz4, 10);
        using var result = Validate(bytes, Options with { TimestampType = TimestampType.LogAppendTime });
        var batch = new RecordBatch(result.Records.Span);
        Assert.That((batch.TimestampType, batch.MaxTimestamp, batch.IsValid), Is.EqualTo((TimestampType.LogAppendTime, Now, true)));
        Assert.That((result.LogAppendTime, result.MessageSizeMaybeChanged), Is.EqualTo((Now, false)));
    }

    [Test]
    public void A_change_of_compression_rebuilds_the_batch_and_keeps_producer_and_records()
    {
        var bytes = Batch(CompressionType.Gzip, 50);
        using var result = Validate(bytes, Options with { TargetCompression = CompressionType.Zstd, CompressionLevel = 1 });
        var batch = new RecordBatch(result.Records.Span);
        Assert.That(
            (batch.Compression, batch.ProducerId, batch.ProducerEpoch, batch.BaseSequence, batch.BaseOffset, batch.LastOffset,
                batch.IsValid),
            Is.EqualTo((CompressionType.Zstd, 9L, (short)1, 3, 1000L, 1049L, true)));
        Assert.That(result.MessageSizeMaybeChanged);
    }

    [Test]
    public void A_batch_that_exceeds_the_size_limit_is_refused()
    {
        var bytes = Batch(CompressionType.None, 100);
        using var fits = Validate(bytes.ToArray(), Options with { MaxMessageBytes = bytes.Length });
        Assert.That(fits.ErrorCode, Is.EqualTo(ErrorCode.None));
        using var result = Validate(bytes, Options with { MaxMessageBytes = bytes.Length - 1 });
        Assert.That(result.ErrorCode, Is.EqualTo(ErrorCode.MessageTooLarge));
        Assert.That(result.Records.IsEmpty);
    }

    [Test]
    public void A_rebuilt_batch_that_exceeds_the_size_limit_is_refused()
    {
        var bytes = Batch(CompressionType.Zstd, 100);
        using var result = Validate(bytes, Options with { MaxMessageBytes = bytes.Length + 50, TargetCompression = CompressionType.None });
        Assert.That(result.ErrorCode, Is.EqualTo(ErrorCode.MessageTooLarge));
    }

    [TestCase(3_600_000L, 0L, ErrorCode.None)]
    [TestCase(3_600_000L, 3_600_001L, ErrorCode.InvalidTimestamp)]
    [TestCase(3_600_000L, -1_000L, ErrorCode.None)]
    [TestCase(3_600_000L, -1_001L, ErrorCode.InvalidTimestamp)]
    public void Timestamps_out_of_range_are_refused(long beforeMaxMs, long age, ErrorCode expected)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(Now, "k"u8, "v"u8);
        builder.Append(Now - age, "k"u8, "v"u8);
        using var result = Validate(
            builder.Build().ToArray(), Options with { TimestampBeforeMaxMs = beforeMaxMs, TimestampAfterMaxMs = 1_000 });
        Assert.That(result.ErrorCode, Is.EqualTo(expected), result.ErrorMessage);
        Assert.That(result.RecordErrors.Select(e => e.BatchIndex), Is.EqualTo(expected == ErrorCode.None ? [] : new[] { 1 }));
    }

    [Test]
    public void A_raft_leader_keeps_its_offsets_and_must_set_its_epoch()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = 42, PartitionLeaderEpoch = 5 });
        builder.Append(Now, "k"u8, "v"u8);
        var bytes = builder.Build().ToArray();
        using var result = RecordBatchValidator.Validate(bytes, Options, AppendOrigin.RaftLeader, 1000, 5, Now);
        Assert.That((result.ErrorCode, result.FirstOffset, result.LastOffset), Is.EqualTo((ErrorCode.None, 42L, 42L)));
        using var other = RecordBatchValidator.Validate(bytes, Options, AppendOrigin.RaftLeader, 1000, 6, Now);
        Assert.That(other.ErrorCode, Is.EqualTo(ErrorCode.InvalidRecord));
    }

    [Test]
    public void An_incomplete_batch_at_the_end_is_ignored()
    {
        var bytes = Batch(CompressionType.None, 10);
        using var result = Validate([.. bytes, .. new byte[10]], Options);
        Assert.That((result.ErrorCode, result.Records.Length), Is.EqualTo((ErrorCode.None, bytes.Length)));
        using var nothing = Validate(new byte[5], Options);
        Assert.That((nothing.ErrorCode, nothing.Records.Length, nothing.BatchCount), Is.EqualTo((ErrorCode.None, 0, 0)));
    }

    [Test]
    public void A_huge_record_in_a_small_compressed_batch_allocates_little_memory()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = CompressionType.Zstd });
        builder.Append(Now, "k"u8, new byte[64 << 20]);
        var bytes = builder.Build().ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var result = Validate(bytes, Options);
        Assert.That(result.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    private static RecordValidationResult Validate(byte[] bytes, RecordValidationOptions options) =>
        RecordBatchValidator.Validate(bytes, options, AppendOrigin.Client, 1000, 5, Now);

    private static byte[] Batch(CompressionType compression, int count)
    {
        using var builder = new RecordBatchBuilder(
            new RecordBatchOptions { Compression = compression, ProducerId = 9, ProducerEpoch = 1, BaseSequence = 3 });
        for (var i = 0; i < count; i++)
            builder.Append(1_700_000_000_000 + i, "key"u8, "a value that is not so short"u8);
        return builder.Build().ToArray();
    }
}
