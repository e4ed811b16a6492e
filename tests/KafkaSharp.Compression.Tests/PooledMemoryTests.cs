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

    [Test]
    public void The_pool_keeps_no_more_than_a_few()
    {
        var pool = new Pool<object>();
        var kept = Enumerable.Range(0, 1_000).Count(_ => pool.TryReturn(new object()));
        Assert.That(kept, Is.InRange(4, 16));
    }
}
