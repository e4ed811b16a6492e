using System.Buffers.Binary;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

/// <summary>
/// Large arrays are returned wherever the reading or conversion of a batch ends. A broker with one in use never counts as quiet, and would
/// keep the memory of all later requests.
/// </summary>
internal sealed class LargeArrayTests
{
    private const int Rounds = 8;
    private const int ValueSize = 6 * 1024 * 1024;

    private static readonly TopicPartition s_partition = new("topic", 0);

    [Test]
    public void A_batch_that_fails_anywhere_leaves_no_large_array_in_use(
        [Values] CompressionType source, [Values] CompressionType target, [Values(1000, 20_000_000)] int maxMessageBytes)
    {
        var original = Batch(source);
        var options = new RecordValidationOptions
        {
            TopicPartition = s_partition, TargetCompression = target, MaxMessageBytes = maxMessageBytes,
        };
        var random = new Random(5);
        var failed = 0;
        var before = RecordArrays.LargeBytesInUse;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = round == 0 ? original.ToArray() : Damage(original, random);
            var turn = new EndingTurn(random.Next(3) == 0 ? random.Next(200) : int.MaxValue);
            try
            {
                using var result = RecordBatchValidator.AssignOffsets(
                    bytes, options, AppendOrigin.Client, source, 100, 3, 1_700_000_060_000, maxMessageBytes, turn);
                failed += result.ErrorCode == ErrorCode.None ? 0 : 1;
                Read(bytes);
            }
            catch (Exception e) when (e is RecordsException or OperationCanceledException)
            {
                failed++;
            }
            Assert.That((RecordArrays.LargeBytesInUse - before, turn.Reservations), Is.EqualTo((0L, 0)), $"round {round}");
        }
        Assert.That(failed, Is.GreaterThan(Rounds / 4), "damaged batches that fail");
    }

    [Test]
    public void A_builder_that_is_used_again_does_not_keep_what_a_large_batch_took([Values] CompressionType compression)
    {
        var before = RecordArrays.LargeBytesInUse;
        var value = new byte[ValueSize];
        new Random(5).NextBytes(value);
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = compression });
        builder.Append(0, default, value, hasKey: false);
        builder.Build();
        Assert.That(RecordArrays.LargeBytesInUse, Is.GreaterThan(before));

        builder.Reset(new RecordBatchOptions { Compression = compression });
        Assert.That(RecordArrays.LargeBytesInUse, Is.EqualTo(before));

        builder.Append(0, default, "v"u8, hasKey: false);
        var batch = new RecordBatch(builder.Build().Span);
        Assert.That((batch.IsValid, batch.Header.RecordCount), Is.EqualTo((true, 1)));
    }

    // The half of the records that compress well make a large record of a small batch.
    private static byte[] Batch(CompressionType compression)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = compression });
        var value = new byte[ValueSize];
        new Random(3).NextBytes(value.AsSpan(0, ValueSize / 8));
        for (var i = 0; i < 2; i++)
            builder.Append(1_700_000_000_000, default, value, hasKey: false);
        return builder.Build().ToArray();
    }

    // The header stays, so that the damage is met while records are read.
    private static byte[] Damage(byte[] original, Random random)
    {
        var length = random.Next(2) == 0 ? original.Length : random.Next(RecordBatchHeader.Size + 1, original.Length);
        var bytes = original[..length];
        for (var changes = random.Next(3); changes > 0; changes--)
            bytes[random.Next(RecordBatchHeader.Size, length)] ^= (byte)(1 << random.Next(8));
        if (random.Next(4) == 0)
            bytes[RecordBatchHeader.Size - 1]++;
        BinaryPrimitives.WriteInt32BigEndian(
            bytes.AsSpan(RecordBatchHeader.BatchLengthPosition), length - RecordBatchHeader.LogOverhead);
        RecordBatchPatch.SetCrc(bytes);
        return bytes;
    }

    private static void Read(byte[] bytes)
    {
        using var reader = new RecordReader(new RecordBatch(bytes));
        while (reader.MoveNext())
        {
        }
    }

    /// <summary>A turn that ends with the broker after some check-ins.</summary>
    private sealed class EndingTurn(int checkIns) : IWorkTurn
    {
        private int _left = checkIns;

        public int Reservations { get; private set; }

        public void CheckIn()
        {
            if (_left-- <= 0)
                throw new OperationCanceledException("the broker stops");
        }

        public IDisposable ReserveMemory(long bytes)
        {
            CheckIn();
            Reservations++;
            return new Reservation(this);
        }

        private sealed class Reservation(EndingTurn turn) : IDisposable
        {
            public void Dispose() => turn.Reservations--;
        }
    }
}
