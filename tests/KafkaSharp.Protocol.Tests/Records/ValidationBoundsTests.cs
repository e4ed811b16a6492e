using System.Buffers;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

/// <summary>Small batches that decompress to a great deal: memory, turns, and the errors that are listed.</summary>
internal sealed class ValidationBoundsTests
{
    private const long Now = 1_700_000_060_000;
    private const long Megabyte = 1024 * 1024;

    private static readonly RecordValidationOptions s_options =
        new() { TopicPartition = new TopicPartition("topic", 0), MaxMessageBytes = (int)Megabyte };

    [TestCase(CompressionType.None, ErrorCode.MessageTooLarge)]
    [TestCase(CompressionType.Gzip, ErrorCode.None)]
    [TestCase(CompressionType.Lz4, ErrorCode.None)]
    [TestCase(CompressionType.Snappy, ErrorCode.MessageTooLarge)]
    public void Conversion_takes_the_memory_of_the_result_not_of_the_records(CompressionType target, ErrorCode expected)
    {
        var batch = Zeros(records: 2_000, valueSize: 50_000);
        Validate(batch.ToArray(), s_options with { TargetCompression = target }).Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var result = Validate(batch, s_options with { TargetCompression = target });
        Assert.That(result.ErrorCode, Is.EqualTo(expected));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(8 * Megabyte), "of 100 MB of records");
        if (expected != ErrorCode.None)
            return;
        var built = new RecordBatch(result.Records.Span);
        Assert.That((built.IsValid, built.Compression, built.SizeInBytes <= Megabyte), Is.EqualTo((true, target, true)));
        var count = 0;
        using var reader = new RecordReader(built);
        while (reader.MoveNext())
        {
            Assert.That((reader.Current.Offset, reader.Current.Value.Length), Is.EqualTo((1000L + count, 50_000)));
            count++;
        }
        Assert.That(count, Is.EqualTo(2_000));
    }

    // As in Kafka, which validates all records before it builds the batch.
    [Test]
    public void Errors_of_records_come_before_that_of_the_size()
    {
        using var result = Validate(Zeros(2_000, 50_000), s_options with { TargetCompression = CompressionType.None, Compacted = true });
        Assert.That(result.ErrorCode, Is.EqualTo(ErrorCode.InvalidRecord));
    }

    [Test]
    public void A_record_far_above_the_largest_batch_is_not_converted()
    {
        using var result = Validate(Zeros(1, 100_000_000), s_options with { TargetCompression = CompressionType.Gzip });
        Assert.That(result.ErrorCode, Is.EqualTo(ErrorCode.MessageTooLarge));
        using var same = Validate(Zeros(1, 100_000_000), s_options);
        Assert.That(same.ErrorCode, Is.EqualTo(ErrorCode.None), "it is not read as a whole unless it is converted");
    }

    [TestCase(2_000_000, 0)]
    [TestCase(1, 20_000_000)]
    public void Long_decompression_checks_in_with_its_turn(int records, int valueSize)
    {
        var batch = Zeros(records, valueSize);
        var turn = new CountingTurn();
        using var result = RecordBatchValidator.Validate(
            batch, s_options with { MaxMessageBytes = int.MaxValue }, AppendOrigin.Client, 1000, 5, Now, turn);
        Assert.That(result.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(turn.CheckIns, Is.GreaterThan(150));
    }

    [TestCase(CompressionType.Gzip, 500)]
    [TestCase(CompressionType.Zstd, 1)]
    public void Streams_without_content_check_in_with_their_turn(CompressionType compression, int streamsEach)
    {
        const int Streams = 10_000;
        var empty = new ArrayBufferWriter<byte>();
        CompressionCodecs.Get(compression).Compress([], empty, level: null);
        var records = Enumerable.Repeat(empty.WrittenSpan.ToArray(), Streams).SelectMany(stream => stream).ToArray();
        var turn = new CountingTurn();
        using (var reader = new RecordWindow(records, compression, int.MaxValue, turn))
            Assert.That(reader.Ensure(1), Is.False);
        Assert.That(turn.CheckIns, Is.GreaterThanOrEqualTo(Streams / streamsEach));
    }

    // 0x88 is a window of 128 MB, 0x58 one of 2 MB. The block repeats a byte.
    [TestCase("88", 1)]
    [TestCase("58", 0)]
    public void Memory_is_reserved_for_a_large_window(string window, int expected)
    {
        var small = "28b52ffd00580100" + "00";
        var turn = new CountingTurn();
        var records = Convert.FromHexString(small + "28b52ffd00" + window + "03001000");
        using (var reader = new RecordWindow(records, CompressionType.Zstd, int.MaxValue, turn))
            Assert.That((reader.Ensure(131_072), turn.Reservations, turn.Returns), Is.EqualTo((true, expected, 0)));
        Assert.That(turn.Returns, Is.EqualTo(expected));
    }

    [TestCase(20_000_000, 1)]
    [TestCase(1_000_000, 0)]
    public void Memory_is_reserved_for_a_large_record_that_is_converted(int valueSize, int expected)
    {
        var turn = new CountingTurn();
        using var result = RecordBatchValidator.Validate(
            Zeros(1, valueSize), s_options with { TargetCompression = CompressionType.Gzip }, AppendOrigin.Client, 1000, 5, Now, turn);
        Assert.That((result.ErrorCode, turn.Reservations, turn.Returns), Is.EqualTo((ErrorCode.None, expected, expected)));
    }

    [TestCase(22, 1)]
    [TestCase(3, 0)]
    public void Memory_is_reserved_for_conversion_at_a_high_level_of_zstd(int level, int expected)
    {
        var options = s_options with { TargetCompression = CompressionType.Zstd, CompressionLevel = level };
        var turn = new CountingTurn();
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(Now, default, new byte[100_000], hasKey: false);
        using var result = RecordBatchValidator.Validate(builder.Build().ToArray(), options, AppendOrigin.Client, 1000, 5, Now, turn);
        Assert.That((result.ErrorCode, turn.Reservations, turn.Returns), Is.EqualTo((ErrorCode.None, expected, expected)));
    }

    [Test]
    public void Memory_is_reserved_for_a_large_block_of_snappy()
    {
        // 8,000,001 bytes: one literal, then copies of 64 bytes at a distance of 1.
        var records = Convert.FromHexString("81a4e803" + "0000" + string.Concat(Enumerable.Repeat("fe0100", 125_000)));
        var turn = new CountingTurn();
        using (var reader = new RecordWindow(records, CompressionType.Snappy, int.MaxValue, turn))
            Assert.That((reader.Ensure(4), turn.Reservations, turn.Returns), Is.EqualTo((true, 1, 0)));
        Assert.That(turn.Returns, Is.EqualTo(1));
    }

    [Test]
    public void A_record_of_the_limit_is_read_and_a_longer_one_is_not()
    {
        const int Limit = 3_000_000;
        var batch = Zeros(1, Limit - 20);
        Assert.That(ReadsAll(batch), "it fits with its other fields");
        Assert.That(() => ReadsAll(Zeros(1, Limit)), Throws.TypeOf<RecordsException>());

        static bool ReadsAll(byte[] batch)
        {
            using var reader = new RecordReader(new RecordBatch(batch), Limit);
            return reader.MoveNext();
        }
    }

    [Test]
    public void Many_records_check_in_also_without_compression()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        for (var i = 0; i < 100_000; i++)
            builder.Append(Now, default, default, hasKey: false);
        var turn = new CountingTurn();
        using var result = RecordBatchValidator.Validate(builder.Build().ToArray(), s_options, AppendOrigin.Client, 1000, 5, Now, turn);
        Assert.That((result.ErrorCode, turn.CheckIns), Is.EqualTo((ErrorCode.None, 24)));
    }

    [Test]
    public void All_refused_records_are_counted_and_the_first_are_listed()
    {
        using var result = Validate(Zeros(100_000, 0), s_options with { Compacted = true });
        Assert.That(result.RecordErrors.Select(e => e.BatchIndex), Is.EqualTo(Enumerable.Range(0, 10_000)));
        Assert.That(result.ErrorMessage, Does.StartWith(
            "One or more records have been rejected due to 100000 record errors in total, and only showing the first three"));
    }

    [TestCase(CompressionType.None, 10, null, false)]
    [TestCase(CompressionType.None, 40_000, null, true)]
    [TestCase(CompressionType.Lz4, 1, null, true)]
    [TestCase(CompressionType.None, 10, CompressionType.Gzip, true)]
    [TestCase(CompressionType.None, 10, CompressionType.None, false)]
    public void Validation_depends_on_the_content_of_compressed_converted_and_crowded_batches(
        CompressionType compression, int records, CompressionType? target, bool expected)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = compression });
        for (var i = 0; i < records; i++)
            builder.Append(Now, default, default);
        var batch = builder.Build().ToArray();
        Assert.That(ValidationCost.DependsOnContent(batch, s_options with { TargetCompression = target }), Is.EqualTo(expected));
        Assert.That(ValidationCost.DependsOnContent([], s_options), Is.False);
    }

    private static RecordValidationResult Validate(byte[] batch, RecordValidationOptions options) =>
        RecordBatchValidator.Validate(batch, options, AppendOrigin.Client, 1000, 5, Now);

    private static byte[] Zeros(int records, int valueSize)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = CompressionType.Zstd });
        var value = new byte[valueSize];
        for (var i = 0; i < records; i++)
            builder.Append(Now, default, value, hasKey: false);
        return builder.Build().ToArray();
    }

    private sealed class CountingTurn : IWorkTurn, IDisposable
    {
        public int CheckIns { get; private set; }

        public int Reservations { get; private set; }

        public int Returns { get; private set; }

        public void CheckIn() => CheckIns++;

        public IDisposable ReserveMemory(long bytes)
        {
            Reservations++;
            return this;
        }

        public void Dispose() => Returns++;
    }
}
