using System.Buffers;
using System.Text;

namespace KafkaSharp.Compression.Tests;

/// <summary>Streams that are compressed piece by piece.</summary>
internal sealed class CompressorTests
{
    [Test]
    public void Pieces_of_any_size_make_one_stream(
        [Values] CompressionType type, [Values(0, 1, 40, 32_768, 65_536, 65_537, 1_000_000)] int length,
        [Values(1_000, 100_000)] int largestPiece)
    {
        var random = new Random(length + largestPiece);
        var data = new byte[length];
        random.NextBytes(data.AsSpan(0, length / 2));
        var compressed = new ArrayBufferWriter<byte>();
        using (var compressor = CompressionCodecs.Get(type).CreateCompressor(compressed, level: null))
        {
            for (var position = 0; position < length;)
            {
                var count = Math.Min(random.Next(largestPiece), length - position);
                compressor.Write(data.AsSpan(position, count));
                position += count;
            }
            compressor.Finish();
        }
        Assert.That(CodecTests.Decompress(type, compressed.WrittenSpan.ToArray(), length), Is.EqualTo(data));
    }

    [Test]
    public void An_unfinished_stream_leaves_the_next_one_alone([Values] CompressionType type)
    {
        for (var i = 0; i < 3; i++)
        {
            using var unfinished = CompressionCodecs.Get(type).CreateCompressor(new ArrayBufferWriter<byte>(), level: null);
            unfinished.Write(new byte[200_000]);
        }
        Pieces_of_any_size_make_one_stream(type, 65_537, 1_000);
    }

    [TestCase(CompressionType.Gzip, 1, 9)]
    [TestCase(CompressionType.Lz4, 9, 12)]
    [TestCase(CompressionType.Zstd, 1, 19)]
    public void A_higher_level_compresses_more(CompressionType type, int low, int high)
    {
        var random = new Random(1);
        var words = Enumerable.Range(0, 2_000).Select(_ => new string('a', random.Next(1, 4)) + random.Next(100_000)).ToArray();
        var data = Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 80_000).Select(_ => words[random.Next(words.Length)])));
        Assert.That(Size(type, data, high), Is.LessThan(Size(type, data, low)));
    }

    [TestCase(3, 0)]
    [TestCase(19, 64)]
    [TestCase(22, 80)]
    public void A_high_level_of_zstd_takes_no_more_memory_than_it_reserves(int level, int mostMegabytes)
    {
        var turn = new RecordingTurn();
        using var context = ZstdContext.ForCompression();
        using (var compressor = new ZstdCompressor(context, _ => { }, new ArrayBufferWriter<byte>(), level))
        {
            compressor.ReserveIn(turn);
            compressor.Write(SampleData.Noise(5_000_000));
            compressor.Finish();
            Assert.That(turn.Reserved, Is.LessThanOrEqualTo(mostMegabytes * 1024L * 1024));
            Assert.That(context.Size, Is.LessThanOrEqualTo(Math.Max(turn.Reserved, ZstdCodec.LargestPooled)));
        }
        Assert.That(turn.Reserved, Is.Zero);
    }

    private static int Size(CompressionType type, byte[] data, int level)
    {
        var compressed = new ArrayBufferWriter<byte>();
        using var compressor = CompressionCodecs.Get(type).CreateCompressor(compressed, level);
        compressor.Write(data);
        compressor.Finish();
        return compressed.WrittenCount;
    }

    private sealed class RecordingTurn : IWorkTurn
    {
        public long Reserved { get; private set; }

        public void CheckIn()
        {
        }

        public IDisposable ReserveMemory(long bytes)
        {
            Reserved += bytes;
            return new Reservation(() => Reserved -= bytes);
        }

        private sealed class Reservation(Action end) : IDisposable
        {
            public void Dispose() => end();
        }
    }
}
