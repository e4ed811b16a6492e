namespace KafkaSharp.Compression.Tests;

/// <summary>What stays pooled after a stream that asks for much memory.</summary>
internal sealed class PooledMemoryTests
{
    // A zstd frame header whose descriptor names the window (2 to the 27th, the largest accepted), and one block that repeats a byte.
    [TestCase("88", false)]
    [TestCase("60", false)]
    [TestCase("58", true)]
    public void A_zstd_context_is_kept_only_with_a_small_window(string window, bool isKept)
    {
        var pool = new Pool<ZstdDecompressor>();
        var decompressor = new ZstdDecompressor(pool);
        ReadOnlySpan<byte> frame = Convert.FromHexString("28b52ffd00" + window + "03001078");
        var destination = new byte[200_000];
        Assert.That(decompressor.Read(ref frame, destination), Is.EqualTo(131_072));
        decompressor.Dispose();
        Assert.That(pool.TryTake(out _), Is.EqualTo(isKept));
    }

    // BD byte 0x40 is blocks of 64 KB, 0x70 of 4 MB.
    [TestCase("40", true)]
    [TestCase("70", false)]
    public void An_lz4_context_is_kept_only_with_small_blocks(string blockSize, bool isKept)
    {
        var pool = new Pool<Lz4Decompressor>();
        var decompressor = new Lz4Decompressor(ignoreHeaderChecksum: true, pool);
        // One uncompressed block of a byte, then the end mark.
        ReadOnlySpan<byte> frame = Convert.FromHexString("04224d18" + "60" + blockSize + "00" + "01000080" + "78" + "00000000");
        Assert.That(decompressor.Read(ref frame, new byte[10]), Is.EqualTo(1));
        decompressor.Dispose();
        Assert.That(pool.TryTake(out _), Is.EqualTo(isKept));
    }

    [Test]
    public void The_pool_keeps_no_more_than_a_few()
    {
        var pool = new Pool<object>();
        var kept = Enumerable.Range(0, 1_000).Count(_ => pool.TryReturn(new object()));
        Assert.That(kept, Is.InRange(4, 16));
    }
}
