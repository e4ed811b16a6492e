using KafkaSharp.Storage.Manager;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

public sealed class DiskThreadsTests
{
    private readonly CollectingLogger _logger = new();

    [Test]
    public void Work_runs_in_order_on_threads_outside_the_pool()
    {
        var threads = new DiskThreads("test", 1, _logger);
        var done = new List<int>();
        var onPool = false;
        for (var i = 0; i < 100; i++)
        {
            var number = i;
            threads.Post(() =>
            {
                onPool |= Thread.CurrentThread.IsThreadPoolThread;
                done.Add(number);
            });
        }
        threads.Dispose();
        Assert.That(done, Is.EqualTo(Enumerable.Range(0, 100)), "what was posted before the end is done");
        Assert.That(onPool, Is.False);
    }

    [Test]
    public void As_many_items_run_at_once_as_there_are_threads()
    {
        using var threads = new DiskThreads("test", 3, _logger);
        using var together = new Barrier(3);
        for (var i = 0; i < 6; i++)
            threads.Post(together.SignalAndWait);
        threads.Dispose();
        Assert.That(together.CurrentPhaseNumber, Is.EqualTo(2));
    }

    [Test]
    public void More_threads_take_what_is_waiting_and_fewer_end_when_their_work_is_done()
    {
        using var threads = new DiskThreads("test", 1, _logger);
        using var together = new Barrier(2);
        threads.Post(together.SignalAndWait);
        threads.Post(together.SignalAndWait);
        threads.MaxThreads = 2;
        SpinWait.SpinUntil(() => together.CurrentPhaseNumber == 1);

        threads.MaxThreads = 1;
        var running = 0;
        var most = 0;
        for (var i = 0; i < 100; i++)
        {
            threads.Post(() =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                Thread.Yield();
                Interlocked.Decrement(ref running);
            });
        }
        threads.Dispose();
        Assert.That(most, Is.EqualTo(1));
    }

    [Test]
    public void An_exception_does_not_end_a_thread()
    {
        var threads = new DiskThreads("test", 1, _logger);
        var done = false;
        threads.Post(() => throw new InvalidOperationException("a bug"));
        threads.Post(() => done = true);
        threads.Dispose();
        Assert.That(done);
        Assert.That(_logger.Warnings.Single(), Does.Contain("a bug"));
    }

    [Test]
    public void Work_after_the_end_is_dropped()
    {
        var threads = new DiskThreads("test", 1, _logger);
        threads.Dispose();
        threads.Post(() => Assert.Fail("it ran"));
        threads.Dispose();
    }
}
