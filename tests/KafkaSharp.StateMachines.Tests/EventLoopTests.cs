using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.StateMachines.Tests;

[TestFixture]
public sealed class EventLoopTests
{
    private readonly ManualTimeProvider _time = new();
    private EventLoop _loop = null!;

    [SetUp]
    public void Start() => _loop = new EventLoop("test", _time, NullLogger.Instance);

    [TearDown]
    public async Task Stop() => await _loop.DisposeAsync();

    [Test]
    public async Task Commands_of_many_threads_run_one_at_a_time_and_none_is_lost()
    {
        const int Threads = 8, Each = 20_000;
        int running = 0, overlaps = 0, ran = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                void Command()
                {
                    if (Interlocked.Increment(ref running) != 1 || !_loop.IsOnLoop)
                        overlaps++;
                    ran++;
                    Interlocked.Decrement(ref running);
                }
                if (i % 3 == 0)
                    await _loop.RunAsync(Command);
                else
                    _loop.Post(Command);
            }
        })));
        await _loop.RunAsync(() => { });
        Assert.Multiple(() =>
        {
            Assert.That(ran, Is.EqualTo(Threads * Each));
            Assert.That(overlaps, Is.Zero);
            Assert.That(_loop.IsOnLoop, Is.False);
        });
    }

    [Test]
    public async Task Commands_of_one_thread_run_in_the_order_they_were_given()
    {
        var order = new List<int>();
        for (var i = 0; i < 1000; i++)
        {
            var n = i;
            if (i % 2 == 0)
                _loop.Post(() => order.Add(n));
            else
                _ = _loop.RunAsync(() => order.Add(n));
        }
        await _loop.RunAsync(() => { });
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 1000)));
    }

    [Test]
    public void An_idle_loop_runs_a_function_on_the_calling_thread()
    {
        var task = _loop.RunAsync(() => Environment.CurrentManagedThreadId);
        Assert.That(task.IsCompleted);
        Assert.That(task.Result, Is.EqualTo(Environment.CurrentManagedThreadId));
    }

    [Test]
    public async Task A_function_requested_on_the_loop_runs_after_the_command_that_requested_it()
    {
        var order = new List<string>();
        Task? inner = null;
        await _loop.RunAsync(() =>
        {
            inner = _loop.RunAsync(() => order.Add("inner"));
            order.Add("outer");
        });
        await inner!;
        Assert.That(order, Is.EqualTo(new[] { "outer", "inner" }));
    }

    [Test]
    public async Task An_exception_ends_only_its_own_command()
    {
        _loop.Post(() => throw new InvalidOperationException("posted"));
        var failed = _loop.RunAsync<int>(() => throw new InvalidOperationException("asked"));
        Assert.That(async () => await failed, Throws.InvalidOperationException.With.Message.EqualTo("asked"));
        Assert.That(await _loop.RunAsync(() => 7), Is.EqualTo(7));
    }

    [Test]
    public async Task A_timer_runs_on_the_loop_when_it_is_due()
    {
        bool? onLoop = null;
        var timer = _loop.Schedule(TimeSpan.FromSeconds(5), () => onLoop = _loop.IsOnLoop);
        _time.Advance(TimeSpan.FromSeconds(4.9));
        await _loop.RunAsync(() => { });
        Assert.That(onLoop, Is.Null);
        Assert.That(timer.IsPending);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await _loop.RunAsync(() => { });
        Assert.That(onLoop, Is.True);
        Assert.That(timer.IsPending, Is.False);
        Assert.That(timer.Cancel(), Is.False);
    }

    [Test]
    public async Task A_delay_beyond_what_timers_take_is_kept_in_several_turns()
    {
        await using (var real = new EventLoop("real", TimeProvider.System, NullLogger.Instance))
            real.Schedule(TimeSpan.MaxValue, () => { });
        var ran = false;
        _loop.Schedule(TimeSpan.FromDays(120), () => ran = true);
        _time.Advance(TimeSpan.FromDays(119));
        await _loop.RunAsync(() => { });
        Assert.That(ran, Is.False);
        _time.Advance(TimeSpan.FromDays(1));
        await _loop.RunAsync(() => { });
        Assert.That(ran);
        Assert.That(_time.ActiveTimers, Is.Zero);
    }

    [Test]
    public async Task A_timer_cancelled_on_the_loop_does_not_run_even_if_it_is_due()
    {
        var ran = false;
        EventLoopTimer timer = null!;
        await _loop.RunAsync(() =>
        {
            timer = _loop.Schedule(TimeSpan.FromSeconds(1), () => ran = true);
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.That(timer.Cancel());
        });
        await _loop.RunAsync(() => { });
        Assert.That(ran, Is.False);
    }

    [Test]
    public async Task Stopping_runs_posted_commands_and_cancels_timers_and_refuses_later_commands()
    {
        var ran = 0;
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var blocker = Task.Run(() => _loop.RunAsync(() =>
        {
            entered.SetResult();
            gate.Task.Wait();
        }));
        await entered.Task;
        var timer = _loop.Schedule(TimeSpan.FromHours(1), () => ran = 1000);
        for (var i = 0; i < 10; i++)
            _loop.Post(() => ran++);
        var stopping = _loop.DisposeAsync().AsTask();
        gate.SetResult();
        await stopping;
        await blocker;
        _loop.Post(() => ran++);
        Assert.Multiple(() =>
        {
            Assert.That(ran, Is.EqualTo(10));
            Assert.That(timer.IsPending, Is.False);
            Assert.That(_time.ActiveTimers, Is.Zero);
            Assert.That(async () => await _loop.RunAsync(() => 1), Throws.TypeOf<ObjectDisposedException>());
        });
    }

    [Test]
    public async Task A_scheduler_decides_when_the_queue_is_drained()
    {
        var work = new Queue<IThreadPoolWorkItem>();
        var loop = new EventLoop("simulated", _time, NullLogger.Instance, work.Enqueue);
        var ran = 0;
        loop.Post(() => ran++);
        loop.Post(() => ran++);
        Assert.That((ran, work.Count), Is.EqualTo((0, 1)));
        work.Dequeue().Execute();
        Assert.That(ran, Is.EqualTo(2));
        var stop = loop.DisposeAsync();
        work.Dequeue().Execute();
        await stop;
    }
}
