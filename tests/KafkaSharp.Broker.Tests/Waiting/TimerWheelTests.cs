using KafkaSharp.Broker.Waiting;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Waiting;

internal sealed class TimerWheelTests
{
    private readonly List<Entry> _expired = [];
    private ManualTimeProvider _time = null!;
    private TimerWheel _wheel = null!;

    [SetUp]
    public void Start()
    {
        _expired.Clear();
        _time = new ManualTimeProvider();
        _wheel = new TimerWheel(_time);
    }

    [TearDown]
    public void Stop() => _wheel.Dispose();

    [Test]
    public void Entries_expire_in_the_order_of_their_deadlines_and_none_before_its_own()
    {
        var (late, early, middle) = (Add(50), Add(10.5), Add(20));
        Advance(10);
        Assert.That(_expired, Is.Empty);
        Advance(1);
        Assert.That(_expired, Is.EqualTo(new[] { early }));
        Advance(100);
        Assert.That(_expired, Is.EqualTo(new[] { early, middle, late }));
    }

    [Test]
    public void An_entry_added_after_all_others_expired_is_armed_for()
    {
        var first = Add(5);
        Advance(5);
        var second = Add(5);
        Advance(5);
        Assert.That(_expired, Is.EqualTo(new[] { first, second }));
    }

    [TestCase(0)]
    [TestCase(-7)]
    public void A_deadline_that_has_passed_expires_at_once(int delay)
    {
        Advance(123_456_789);
        var now = Add(delay);
        Advance(0);
        Assert.That(_expired, Is.EqualTo(new[] { now }));
    }

    [Test]
    public void A_removed_entry_leaves_nothing_behind_and_does_not_expire()
    {
        var kept = Add(60_000);
        for (var i = 0; i < 10_000; i++)
            _wheel.Remove(Add(i));
        Assert.That(_wheel.Count, Is.EqualTo(1));
        Advance(100_000);
        Assert.That(_expired, Is.EqualTo(new[] { kept }));
        _wheel.Remove(kept);
        Assert.That(_wheel.Count, Is.Zero);
    }

    [Test]
    public void The_longest_wait_of_a_request_expires_on_time()
    {
        Add(int.MaxValue);
        Advance(int.MaxValue - 1);
        Assert.That(_expired, Is.Empty);
        Advance(1);
        Assert.That(_expired, Has.Count.EqualTo(1));
    }

    [Test]
    public void Nothing_is_armed_while_nothing_waits()
    {
        Add(500);
        Advance(500);
        Assert.That(_time.ActiveTimers, Is.Zero);
    }

    // Deadlines are rounded up to milliseconds, and so is the wait of the timer: together less than two.
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Whatever_is_added_and_removed_expires_on_time(int seed)
    {
        var random = new Random(seed);
        var waiting = new Dictionary<Entry, double>();
        var now = 0.0;
        for (var step = 0; step < 3_000; step++)
        {
            var delay = Math.Floor(Math.Pow(2, random.NextDouble() * 34)) / 4;
            waiting.Add(Add(delay), now + delay);
            if (random.Next(4) == 0)
            {
                var removed = waiting.Keys.ElementAt(random.Next(waiting.Count));
                _wheel.Remove(removed);
                waiting.Remove(removed);
            }
            var by = Math.Floor(Math.Pow(2, random.NextDouble() * 24)) / 4;
            now += by;
            Advance(by);
            foreach (var entry in _expired)
            {
                Assert.That(waiting.Remove(entry, out var due), $"step {step}: expired twice, or after its removal");
                Assert.That(due, Is.LessThanOrEqualTo(now), $"step {step}: expired early");
            }
            Assert.That(waiting.Values.Where(due => due + 2 <= now), Is.Empty, $"step {step}: did not expire");
            Assert.That(_wheel.Count, Is.EqualTo(waiting.Count));
            _expired.Clear();
        }
    }

    private Entry Add(double delay)
    {
        var entry = new Entry(_expired);
        _wheel.Add(entry, TimeSpan.FromMilliseconds(delay));
        return entry;
    }

    // More may expire at once than one batch runs: the rest follows on the thread pool.
    private void Advance(double by)
    {
        var entries = _wheel.Count + _expired.Count;
        _time.Advance(TimeSpan.FromMilliseconds(by));
        Assert.That(SpinWait.SpinUntil(() => !_wheel.HasExpired && HaveRun(entries), TimeSpan.FromSeconds(20)), $"{entries} entries");
    }

    private bool HaveRun(int entries)
    {
        lock (_expired)
            return _wheel.Count + _expired.Count == entries;
    }

    private sealed class Entry(List<Entry> expired) : TimerEntry
    {
        protected internal override void Expire()
        {
            lock (expired)
                expired.Add(this);
        }
    }
}
