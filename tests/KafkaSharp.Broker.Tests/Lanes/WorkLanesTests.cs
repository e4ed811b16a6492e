using KafkaSharp.Broker.Lanes;
using KafkaSharp.Compression;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Lanes;

/// <summary>
/// One item runs at a time, and only the running item moves the clock: the order of things is the same in every run.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class WorkLanesTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _steps = [];

    [Test]
    public async Task A_short_item_runs_after_one_turn_of_a_long_one()
    {
        using var lanes = new WorkLanes(_time, parallelism: 1);
        using var first = new Hold();
        var longer = lanes.RunAsync(new LaneFlow(), turn => Steps("long", 10, turn, first));
        first.WaitUntilRunning();
        var shorter = lanes.RunAsync(new LaneFlow(), turn => Steps("short", 1, turn));
        first.Release();

        await Task.WhenAll(longer, shorter).WaitAsync(s_patience);

        Assert.That(_steps, Is.EqualTo(Repeat("long", 2).Append("short").Concat(Repeat("long", 8))));
    }

    [Test]
    public async Task Two_long_items_take_turns()
    {
        using var lanes = new WorkLanes(_time, parallelism: 1);
        using var first = new Hold();
        var one = lanes.RunAsync(new LaneFlow(), turn => Steps("one", 6, turn, first));
        first.WaitUntilRunning();
        var other = lanes.RunAsync(new LaneFlow(), turn => Steps("other", 6, turn));
        first.Release();

        await Task.WhenAll(one, other).WaitAsync(s_patience);

        Assert.That(_steps.Take(8), Is.EqualTo(new[] { "one", "one", "other", "other", "one", "one", "other", "other" }));
    }

    [Test]
    public async Task A_connection_that_has_used_much_goes_behind_one_that_comes_later()
    {
        using var lanes = new WorkLanes(_time, parallelism: 1);
        var greedy = new LaneFlow();
        await lanes.RunAsync(greedy, turn => Steps("greedy", 50, turn)).WaitAsync(s_patience);
        _steps.Clear();
        using var hold = new Hold();
        var running = lanes.RunAsync(new LaneFlow(), turn => Steps("running", 1, turn, hold));
        hold.WaitUntilRunning();
        var next = lanes.RunAsync(greedy, turn => Steps("greedy", 1, turn));
        var modest = lanes.RunAsync(new LaneFlow(), turn => Steps("modest", 1, turn));
        hold.Release();

        await Task.WhenAll(running, next, modest).WaitAsync(s_patience);

        Assert.That(_steps, Is.EqualTo(new[] { "running", "modest", "greedy" }));
    }

    [Test]
    public async Task Items_of_one_connection_run_in_order_and_never_beside_each_other()
    {
        using var lanes = new WorkLanes(TimeProvider.System, parallelism: 4);
        var flow = new LaneFlow();
        var running = 0;
        var order = new List<int>();
        var items = Enumerable.Range(0, 200).Select(number => lanes.RunAsync(flow, _ =>
        {
            var beside = Interlocked.Increment(ref running) - 1;
            order.Add(number);
            Interlocked.Decrement(ref running);
            return beside;
        })).ToList();

        var beside = await Task.WhenAll(items).WaitAsync(s_patience);

        Assert.That(beside, Is.All.Zero);
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 200)));
    }

    [Test]
    public async Task A_failure_is_the_results_and_the_lane_goes_on()
    {
        using var lanes = new WorkLanes(_time, parallelism: 1);
        var flow = new LaneFlow();

        var failing = lanes.RunAsync<int>(flow, _ => throw new InsufficientMemoryException());
        var next = lanes.RunAsync(flow, _ => 1);

        Assert.That(async () => await failing.WaitAsync(s_patience), Throws.TypeOf<InsufficientMemoryException>());
        Assert.That(await next.WaitAsync(s_patience), Is.EqualTo(1));
    }

    [Test]
    public async Task What_awaits_a_result_does_not_go_on_in_the_lane()
    {
        using var lanes = new WorkLanes(TimeProvider.System, parallelism: 1);

        await lanes.RunAsync(new LaneFlow(), _ => 0);

        Assert.That(LaneItem.Current, Is.Null);
        Assert.That(Thread.CurrentThread.Name, Is.Not.EqualTo("request lane"));
    }

    [Test]
    public async Task Disposing_cancels_what_has_not_begun_and_waits_for_what_has()
    {
        var lanes = new WorkLanes(_time, parallelism: 1);
        using var hold = new Hold();
        var flow = new LaneFlow();
        var running = lanes.RunAsync(flow, turn => Steps("running", 1, turn, hold));
        hold.WaitUntilRunning();
        var behind = lanes.RunAsync(flow, _ => 0);
        var elsewhere = lanes.RunAsync(new LaneFlow(), _ => 0);
        var behindElsewhere = lanes.RunAsync(new LaneFlow(), _ => 0);

        var disposing = Task.Run(lanes.Dispose);
        foreach (var item in new[] { elsewhere, behindElsewhere })
            Assert.That(async () => await item.WaitAsync(s_patience), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(disposing.IsCompleted, Is.False);
        hold.Release();

        await disposing.WaitAsync(s_patience);
        Assert.That(await running.WaitAsync(s_patience), Is.Zero);
        foreach (var item in new[] { behind, lanes.RunAsync(flow, _ => 0) })
            Assert.That(async () => await item.WaitAsync(s_patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Disposing_ends_long_work_when_its_turn_is_over()
    {
        var lanes = new WorkLanes(_time, parallelism: 1);
        using var hold = new Hold();
        var running = lanes.RunAsync<int>(new LaneFlow(), turn =>
        {
            hold.Running();
            while (true)
            {
                _time.Advance(s_step);
                turn.CheckIn();
            }
        });
        hold.WaitUntilRunning();
        var disposing = Task.Run(lanes.Dispose);
        hold.Release();

        await disposing.WaitAsync(s_patience);
        Assert.That(async () => await running.WaitAsync(s_patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task More_long_items_than_processors_or_threads_all_end([Values(1, 2, 3, 128)] int threads, [Values(1, 2)] int parallelism)
    {
        using var lanes = new WorkLanes(TimeProvider.System, parallelism, threads);
        var items = Enumerable.Range(0, 200).Select(_ => lanes.RunAsync(new LaneFlow(), turn =>
        {
            for (var i = 0; i < 20; i++)
            {
                Thread.SpinWait(500);
                turn.CheckIn();
            }
            return 1;
        }));

        Assert.That((await Task.WhenAll(items).WaitAsync(s_patience)).Sum(), Is.EqualTo(200));
    }

    [Test]
    public async Task Work_waits_for_memory_that_is_reserved_and_others_run_meanwhile()
    {
        using var lanes = new WorkLanes(_time, parallelism: 1, maxMemory: 100);
        using var first = new Hold();
        var holder = lanes.RunAsync(new LaneFlow(), turn =>
        {
            using var memory = turn.ReserveMemory(60);
            return Steps("holder", 6, turn, first);
        });
        first.WaitUntilRunning();
        var waiter = lanes.RunAsync(new LaneFlow(), turn => Reserved("waiter", 60, turn));
        var small = lanes.RunAsync(new LaneFlow(), turn => Reserved("small", 40, turn));
        first.Release();

        await Task.WhenAll(holder, waiter, small).WaitAsync(s_patience);

        Assert.That(_steps, Is.EqualTo(Repeat("holder", 2).Append("small").Concat(Repeat("holder", 4)).Append("waiter")));
    }

    [Test]
    public async Task A_reservation_above_the_limit_is_granted_alone()
    {
        using var lanes = new WorkLanes(_time, parallelism: 1, maxMemory: 100);
        var items = Enumerable.Range(0, 3).Select(_ => lanes.RunAsync(new LaneFlow(), turn => Reserved("large", 1_000, turn)));

        await Task.WhenAll(items).WaitAsync(s_patience);

        Assert.That(_steps, Is.EqualTo(Repeat("large", 3)));
    }

    [Test]
    public async Task Work_that_has_memory_may_reserve_more_and_returns_all_of_it()
    {
        using var lanes = new WorkLanes(_time, parallelism: 1, maxMemory: 100);
        for (var i = 0; i < 2; i++)
        {
            await lanes.RunAsync(new LaneFlow(), turn =>
            {
                using var outer = turn.ReserveMemory(60);
                using (turn.ReserveMemory(60))
                    _steps.Add("inside");
                return 0;
            }).WaitAsync(s_patience);
        }

        Assert.That(_steps, Is.EqualTo(Repeat("inside", 2)));
    }

    [Test]
    public async Task What_work_has_not_returned_is_returned_when_it_ends()
    {
        using var lanes = new WorkLanes(_time, parallelism: 1, maxMemory: 100);
        for (var i = 0; i < 3; i++)
        {
            var failing = lanes.RunAsync<int>(new LaneFlow(), turn =>
            {
                turn.ReserveMemory(60);
                throw new InsufficientMemoryException();
            });
            Assert.That(async () => await failing.WaitAsync(s_patience), Throws.TypeOf<InsufficientMemoryException>());
        }
    }

    [Test]
    public async Task Work_that_waits_for_memory_does_not_keep_the_threads_from_ordinary_work()
    {
        using var lanes = new WorkLanes(_time, parallelism: 2, maxThreads: 2, maxMemory: 100);
        using var first = new Hold();
        var holder = lanes.RunAsync(new LaneFlow(), turn =>
        {
            using var memory = turn.ReserveMemory(60);
            first.Running();
            return 0;
        });
        first.WaitUntilRunning();
        var waiters = Enumerable.Range(0, 5).Select(_ => lanes.RunAsync(new LaneFlow(), turn => Reserved("waiter", 60, turn))).ToList();

        Assert.That(await lanes.RunAsync(new LaneFlow(), _ => 1).WaitAsync(s_patience), Is.EqualTo(1));
        first.Release();
        await Task.WhenAll([holder, .. waiters]).WaitAsync(s_patience);
    }

    [Test]
    public async Task Small_amounts_are_not_counted()
    {
        using var lanes = new WorkLanes(_time, parallelism: 1, maxMemory: 100);
        await lanes.RunAsync(new LaneFlow(), turn =>
        {
            using var small = turn.ReserveMemory(2);
            Assert.That(LaneItem.Current!.ReservedBytes, Is.Zero);
            using var large = turn.ReserveMemory(3);
            Assert.That(LaneItem.Current!.ReservedBytes, Is.EqualTo(3));
            return 0;
        }).WaitAsync(s_patience);
    }

    private int Reserved(string name, long bytes, IWorkTurn turn)
    {
        using var memory = turn.ReserveMemory(bytes);
        return Steps(name, 1, turn);
    }

    private static IEnumerable<string> Repeat(string name, int count) => Enumerable.Repeat(name, count);

    private int Steps(string name, int count, IWorkTurn turn, Hold? hold = null)
    {
        hold?.Running();
        for (var i = 0; i < count; i++)
        {
            _steps.Add(name);
            _time.Advance(s_step);
            turn.CheckIn();
        }
        return 0;
    }

    /// <summary>Keeps the first item at its beginning until the test has added the others.</summary>
    private sealed class Hold : IDisposable
    {
        private readonly SemaphoreSlim _running = new(0);
        private readonly SemaphoreSlim _released = new(0);

        public void Running()
        {
            _running.Release();
            Assert.That(_released.Wait(s_patience));
        }

        public void WaitUntilRunning() => Assert.That(_running.Wait(s_patience));

        public void Release() => _released.Release();

        public void Dispose()
        {
            _running.Dispose();
            _released.Dispose();
        }
    }
}
