using KafkaSharp.Broker.Waiting;

namespace KafkaSharp.Broker.Tests.Waiting;

internal sealed class PartitionProgressTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private PartitionProgress _progress = null!;

    [SetUp]
    public void Start() => _progress = new PartitionProgress();

    [Test]
    public async Task A_waiter_is_called_at_its_position_and_not_before()
    {
        var (at10, at30) = (new Waiter(_progress), new Waiter(_progress));
        _progress.Add(at30, 30);
        _progress.Add(at10, 10);
        _progress.Advance(9);
        _progress.Advance(1);
        await at10.Called.WaitAsync(s_patience);
        Assert.That(at30.Called.IsCompleted, Is.False);
        _progress.Advance(100);
        await at30.Called.WaitAsync(s_patience);
    }

    [Test]
    public async Task A_waiter_added_behind_the_position_is_called()
    {
        _progress.Advance(10);
        var waiter = new Waiter(_progress);
        _progress.Add(waiter, 10);
        await waiter.Called.WaitAsync(s_patience);
    }

    [Test]
    public async Task All_are_woken_whatever_they_wait_for_and_also_one_that_was_about_to_wait()
    {
        var waiters = Enumerable.Range(0, 100).Select(_ => new Waiter(_progress)).ToArray();
        for (var i = 0; i < 99; i++)
            _progress.Add(waiters[i], long.MaxValue - i);
        _progress.WakeAll();
        // It had looked before the others were woken.
        _progress.Add(waiters[99], long.MaxValue - 1);
        foreach (var waiter in waiters)
        {
            await waiter.Called.WaitAsync(s_patience);
            Assert.That(waiter.IsWoken);
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task Removed_waiters_are_not_called_and_the_others_are(int seed)
    {
        var random = new Random(seed);
        var waiters = Enumerable.Range(0, 2_000).Select(_ => new Waiter(_progress)).ToArray();
        foreach (var waiter in waiters)
            _progress.Add(waiter, random.Next(1, 1_000));
        var removed = waiters.Where(_ => random.Next(2) == 0).ToHashSet();
        foreach (var waiter in removed)
            _progress.Remove(waiter);
        for (var i = 0; i < 100; i++)
            _progress.Advance(10);
        foreach (var waiter in waiters.Where(w => !removed.Contains(w)))
            await waiter.Called.WaitAsync(s_patience);
        Assert.That(removed.Any(w => w.Called.IsCompleted), Is.False);
    }

    [Test]
    public async Task Appends_and_waiters_never_miss_each_other()
    {
        for (var i = 0; i < 2_000; i++)
        {
            var waiter = new Waiter(_progress);
            var append = Task.Run(() => _progress.Advance(1));
            var wait = Task.Run(() => _progress.Add(waiter, i + 1));
            await Task.WhenAll(append, wait).WaitAsync(s_patience);
            await waiter.Called.WaitAsync(s_patience);
        }
    }

    private sealed class Waiter : ProgressWaiter
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Waiter(PartitionProgress progress) => SeenWakes = progress.Wakes;

        public Task Called => _called.Task;

        protected internal override void OnDue() => _called.TrySetResult();
    }
}
