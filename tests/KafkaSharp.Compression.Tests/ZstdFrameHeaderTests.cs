namespace KafkaSharp.Compression.Tests;

internal sealed class ZstdFrameHeaderTests
{
    [TestCase("28b52ffd00" + "88", 128L << 20)]
    [TestCase("28b52ffd00" + "00", 1L << 10)]
    [TestCase("28b52ffd00" + "59", (2L << 20) + (2L << 20) / 8)]
    [TestCase("28b52ffd20" + "07", 7)]
    [TestCase("28b52ffd21" + "ff07", 7, Description = "after the id of a dictionary")]
    [TestCase("28b52ffd60" + "0100", 257)]
    [TestCase("28b52ffda0" + "00000010", 256L << 20)]
    [TestCase("28b52ffde0" + "ffffffffffffffff", long.MaxValue)]
    [TestCase("28b52ffde0" + "00", 0, Description = "truncated")]
    [TestCase("28b52ffd00", 0, Description = "truncated")]
    [TestCase("502a4d18" + "0100000000", 0, Description = "to be skipped")]
    [TestCase("", 0)]
    public void The_window_is_the_one_that_is_declared(string frame, long expected) =>
        Assert.That(ZstdFrameHeader.WindowOf(Convert.FromHexString(frame)), Is.EqualTo(expected));

    [Test]
    public void The_window_of_a_compressed_stream_holds_what_libzstd_uses()
    {
        var compressed = new System.Buffers.ArrayBufferWriter<byte>();
        CompressionCodecs.Get(CompressionType.Zstd).Compress(new byte[1_000_000], compressed, level: null);
        Assert.That(ZstdFrameHeader.WindowOf(compressed.WrittenSpan), Is.EqualTo(1_000_000));
    }
}
