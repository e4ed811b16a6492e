using KafkaSharp.Network.Buffers;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Network.Tests.Buffers;

public sealed class BufferPoolTests
{
    [TestCase(0, 1024)]
    [TestCase(1024, 1024)]
    [TestCase(1025, 2048)]
    [TestCase(1 << 20, 1 << 20)]
    [TestCase((1 << 20) + 1, 1 << 21)]
    public void Arrays_come_in_powers_of_two(int asked, int given) => Assert.That(new BufferPool().Rent(asked), Has.Length.EqualTo(given));

    [Test]
    public void What_was_returned_last_is_handed_out_first()
    {
        var pool = new BufferPool();
        var (first, second) = (pool.Rent(5000), pool.Rent(5000));
        pool.Return(first);
        pool.Return(second);

        Assert.That(pool.Rent(8192), Is.SameAs(second));
        Assert.That(pool.Rent(8192), Is.SameAs(first));
        Assert.That(pool.RetainedBytes, Is.Zero);
    }

    [Test]
    public void What_nobody_asks_for_is_let_go_in_time()
    {
        var time = new ManualTimeProvider();
        var pool = new BufferPool(trimming: time);
        pool.Return(pool.Rent(5000));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(pool.RetainedBytes, Is.EqualTo(8192), "it was used a moment ago");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(pool.RetainedBytes, Is.Zero);
    }

    [Test]
    public void No_more_is_kept_than_the_bound()
    {
        var pool = new BufferPool(maxRetainedBytes: 10_000);
        foreach (var buffer in Enumerable.Range(0, 5).Select(_ => pool.Rent(4096)).ToList())
            pool.Return(buffer);

        Assert.That(pool.RetainedBytes, Is.EqualTo(2 * 4096));
    }

    [Test]
    public void The_bound_holds_all_buffers_of_the_largest_response() =>
        Assert.That(BufferPool.DefaultMaxRetainedBytes, Is.GreaterThan(OutgoingFrame.MaxCopiedBytes));

    [Test]
    public void Arrays_beyond_the_largest_class_are_exact_and_not_kept()
    {
        var pool = new BufferPool(long.MaxValue);
        var huge = pool.Rent((16 << 20) + 1);
        pool.Return(huge);

        Assert.That((huge.Length, pool.RetainedBytes), Is.EqualTo(((16 << 20) + 1, 0L)));
    }

    [Test]
    public void Trimming_lets_go_what_was_not_used_since_the_last_time()
    {
        var pool = new BufferPool();
        var buffers = Enumerable.Range(0, 3).Select(_ => pool.Rent(1024)).ToList();
        buffers.ForEach(pool.Return);
        pool.Trim();
        Assert.That(pool.RetainedBytes, Is.EqualTo(3 * 1024), "all were used");
        pool.Return(pool.Rent(1024));
        pool.Trim();

        Assert.That(pool.RetainedBytes, Is.EqualTo(1024), "only one was");
    }
}
