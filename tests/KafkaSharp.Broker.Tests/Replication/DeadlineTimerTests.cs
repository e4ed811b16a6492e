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

    private void Add(string name, double delay) => _timer.Add(new Item(name, _expired), TimeSpan.FromMilliseconds(delay));

    private void Advance(double by) => _time.Advance(TimeSpan.FromMilliseconds(by));

    private sealed class Item(string name, List<string> expired) : IExpiring
    {
        public void Expire() => expired.Add(name);
    }
}
