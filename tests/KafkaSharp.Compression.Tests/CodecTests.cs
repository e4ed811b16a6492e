using System.Buffers;
using System.Text;

namespace KafkaSharp.Compression.Tests;

public sealed class CodecTests
{
    private static readonly CompressionType[] Types = Enum.GetValues<CompressionType>();
    private static readonly int[] Sizes =
        [0, 1, 3, 14, 15, 16, 60, 61, 255, 4096, 32767, 32768, 32769, 65535, 65536, 65537, 300_000, 1_500_000];

    [TestCaseSource(nameof(Types))]
    public void Compressed_data_decompresses_to_the_original(CompressionType type)
    {
        foreach (var size in Sizes)
        {
            foreach (var data in new[] { SampleData.Text(size), SampleData.Noise(size), SampleData.Mixed(size), new byte[size] })
                Assert.That(Decompress(type, Compress(type, data), size).AsSpan().SequenceEqual(data), $"{size} bytes");
        }
    }

    [Test]
    public void Every_level_of_Kafka_is_supported(
        [Values(CompressionType.Gzip, CompressionType.Lz4, CompressionType.Zstd)] CompressionType type)
    {
        var data = SampleData.Text(200_000);
        int[] levels = type switch
        {
            CompressionType.Gzip => [-1, 1, 5, 9],
            CompressionType.Lz4 => [1, 5, 9, 12, 17],
            _ => [-131072, -5, 1, 3, 10, 22],
        };
        var sizes = new List<int>();
        foreach (var level in levels)
        {
            var compressed = Compress(type, data, level);
            Assert.That(Decompress(type, compressed, data.Length).AsSpan().SequenceEqual(data), $"level {level}");
            sizes.Add(compressed.Length);
        }
        Assert.That(sizes[^1], Is.LessThan(sizes.Max()), "the highest level compresses better than the worst one");
    }

    [Test]
    public void The_lz4_default_is_the_fast_compressor_as_in_Kafka()
    {
        var data = SampleData.Text(100_000);
        Assert.That(Compress(CompressionType.Lz4, data), Is.EqualTo(Compress(CompressionType.Lz4, data, 9)));
        Assert.That(Compress(CompressionType.Lz4, data).Length, Is.GreaterThan(Compress(CompressionType.Lz4, data, 12).Length));
    }

    [Test]
    public void Lz4_frames_have_the_same_header_as_in_Kafka() =>
        Assert.That(Convert.ToHexStringLower(Compress(CompressionType.Lz4, [])), Is.EqualTo("04224d1860408200000000"));

    [TestCaseSource(nameof(Types))]
    public void Output_above_the_limit_is_refused_and_output_at_the_limit_is_not(CompressionType type)
    {
        foreach (var size in new[] { 1, 4096, 70_000 })
        {
            var compressed = Compress(type, new byte[size]);
            Assert.That(Decompress(type, compressed, size), Has.Length.EqualTo(size));
            Assert.That(() => Decompress(type, compressed, size - 1), Throws.TypeOf<CompressionException>());
        }
    }

    [TestCaseSource(nameof(Types))]
    public void A_small_stream_with_large_output_allocates_no_more_than_the_limit(CompressionType type)
    {
        if (type == CompressionType.None)
            return;
        var bomb = Compress(type, new byte[64 << 20]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Decompress(type, bomb, 100_000), Throws.TypeOf<CompressionException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2 << 20));
    }

    [TestCaseSource(nameof(Types))]
    public void A_truncated_stream_is_refused_or_yields_a_prefix(CompressionType type)
    {
        if (type == CompressionType.None)
            return;
        var data = SampleData.Text(2_000);
        var compressed = Compress(type, data);
        for (var length = 0; length < compressed.Length; length++)
        {
            try
            {
                var read = Decompress(type, compressed[..length], data.Length);
                Assert.That(type == CompressionType.Snappy
                    || (type == CompressionType.Zstd && length == 0), $"{length} of {compressed.Length} bytes were taken");
                Assert.That(read, Is.Empty);
            }
            catch (CompressionException)
            {
                // Expected.
            }
        }
    }

    [TestCaseSource(nameof(Types))]
    public void Corrupt_bytes_cause_no_other_exception(CompressionType type)
    {
        var random = new Random(20260101);
        var original = Compress(type, SampleData.Mixed(3_000));
        for (var round = 0; round < 3_000; round++)
        {
            var bytes = original.ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                Decompress(type, bytes, 1 << 20);
            }
            catch (CompressionException)
            {
                // Expected.
            }
            catch (Exception e)
            {
                Assert.Fail($"round {round}: {e}");
            }
        }
    }

    [TestCaseSource(nameof(Types))]
    public void A_decompressor_reads_piece_by_piece(CompressionType type)
    {
        var data = SampleData.Mixed(200_000);
        var compressed = Compress(type, data);
        foreach (var piece in new[] { 1, 7, 1000, 40_000, 300_000 })
        {
            using var decompressor = CompressionCodecs.Get(type).CreateDecompressor();
            ReadOnlySpan<byte> source = compressed;
            var result = new MemoryStream();
            var buffer = new byte[piece];
            while (decompressor.Read(ref source, buffer) is > 0 and var count)
                result.Write(buffer, 0, count);
            Assert.That(result.ToArray().AsSpan().SequenceEqual(data), $"pieces of {piece}");
            Assert.That(source.IsEmpty || type != CompressionType.Zstd);
        }
    }

    [TestCaseSource(nameof(Types))]
    public void Many_threads_share_a_codec(CompressionType type) =>
        Parallel.For(0, 64, i =>
        {
            var data = SampleData.Mixed(20_000 + i, i);
            if (!Decompress(type, Compress(type, data), data.Length).AsSpan().SequenceEqual(data))
                throw new InvalidOperationException($"thread {i}");
        });

    [Test]
    public void An_undefined_type_has_no_codec() =>
        Assert.That(() => CompressionCodecs.Get((CompressionType)5), Throws.TypeOf<ArgumentOutOfRangeException>());

    internal static byte[] Compress(CompressionType type, byte[] data, int? level = null)
    {
        var writer = new ArrayBufferWriter<byte>();
        CompressionCodecs.Get(type).Compress(data, writer, level);
        return writer.WrittenSpan.ToArray();
    }

    internal static byte[] Decompress(CompressionType type, byte[] data, int maxBytes) =>
        Decompress(CompressionCodecs.Get(type), data, maxBytes);

    internal static byte[] Decompress(ICompressionCodec codec, byte[] data, int maxBytes)
    {
        var writer = new ArrayBufferWriter<byte>();
        codec.Decompress(data, writer, maxBytes);
        return writer.WrittenSpan.ToArray();
    }
}
