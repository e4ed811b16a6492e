using System.Globalization;
using KafkaSharp.Broker.Replication;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Replication;

sealed class DeadlineTimerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _expired = [];
    private DeadlineTimer _timer = null!;

    [SetUp]
    public void Start()
    {
        _expired.Clear();
        _timer = new DeadlineTimer(_time);
    }

    [TearDown]
    public void Stop() => _timer.Dispose();

    [Test]
    public void Items_expire_in_the_order_of_their_deadlines_and_none_before_its_own()
    {
        Add("late", 50);
        Add("early", 10.5);
        Add("middle", 20);
        Advance(10);
        Assert.That(_expired, Is.Empty);
        Advance(1);
        Assert.That(_expired, Is.EqualTo(new[] { "early" }));
        Advance(100);
        Assert.That(_expired, Is.EqualTo(new[] { "early", "middle", "late" }));
    }

    [Test]
    public void An_item_added_after_all_others_expired_is_armed_for()
    {
        Add("first", 5);
        Advance(5);
        Add("second", 5);
        Advance(5);
        Assert.That(_expired, Is.EqualTo(new[] { "first", "second" }));
    }

    [TestCase(0)]
    [TestCase(-7)]
    public void A_deadline_that_has_passed_expires_at_once(int delay)
    {
        Add("now", delay);
        Advance(0);
        Assert.That(_expired, Is.EqualTo(new[] { "now" }));
    }

    [Test]
    public void What_has_completed_does_not_stay_until_its_deadline()
    {
        Add("waiting", 60_000);
        for (var i = 0; i < 100_000; i++)
            _timer.Add(new Item($"{i}", _expired) { IsCompleted = true }, TimeSpan.FromMilliseconds(int.MaxValue));
        Advance(int.MaxValue);
        // Expired is what the queue still held.
        Assert.That(_expired, Has.Count.LessThanOrEqualTo(1_000));
        Assert.That(_expired, Does.Contain("waiting"));
    }

    [Test]
    public void What_waits_is_never_dropped()
    {
        for (var i = 0; i < 5_000; i++)
            _timer.Add(new Item($"{i}", _expired) { IsCompleted = i % 2 == 0 }, TimeSpan.FromMilliseconds(i));
        Advance(5_000);
        Assert.That(_expired.Select(name => int.Parse(name, CultureInfo.InvariantCulture)).Where(i => i % 2 == 1), Is.EqualTo(Enumerable.Range(0, 2_500).Select(i => 2 * i + 1)));
    }

    private void Add(string name, double delay) => _timer.Add(new Item(name, _expired), TimeSpan.FromMilliseconds(delay));

    private void Advance(double by) => _time.Advance(TimeSpan.FromMilliseconds(by));

    private sealed class Item(string name, List<string> expired) : IExpiring
    {
        public bool IsCompleted { get; init; }

        public void Expire() => expired.Add(name);
    }
}
