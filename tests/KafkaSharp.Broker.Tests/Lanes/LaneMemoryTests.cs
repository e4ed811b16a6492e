using KafkaSharp.Broker.Lanes;

namespace KafkaSharp.Broker.Tests.Lanes;

/// <summary>Who gets memory that is short. The limit is 96, so that a reservation counts as 72 at most.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LaneMemoryTests
{
    private readonly LaneMemory _memory = new(96);

    [Test]
    public void A_large_reservation_is_overtaken_by_small_ones_only_a_few_times()
    {
        var (holder, large) = (Item(), Item());
        Assert.That(_memory.Reserve(holder, 40), Is.EqualTo(new[] { holder }));
        Assert.That(_memory.Reserve(large, 72), Is.Empty);

        var small = Item();
        var overtakings = 0;
        for (; overtakings < 100 && _memory.Reserve(small, 40).Count == 1; overtakings++)
        {
            _memory.Return(small, 40);
            small = Item();
        }

        Assert.That(overtakings, Is.EqualTo(16));
        Assert.That(_memory.Return(holder, 40), Is.EqualTo(new[] { large }));
        Assert.That(_memory.Return(large, 72), Is.EqualTo(new[] { small }));
    }

    [Test]
    public void Flows_that_have_used_less_time_are_served_first()
    {
        var holder = Item();
        _memory.Reserve(holder, 72);
        var (greedy, modest) = (Item(used: 10), Item(used: 5));
        Assert.That(_memory.Reserve(greedy, 72), Is.Empty);
        Assert.That(_memory.Reserve(modest, 72), Is.Empty);

        Assert.That(_memory.Return(holder, 72), Is.EqualTo(new[] { modest }));
    }

    [Test]
    public void Those_that_hold_memory_and_all_want_more_go_on_one_after_another()
    {
        var (one, other) = (Item(), Item());
        _memory.Reserve(one, 40);
        _memory.Reserve(other, 50);
        Assert.That(_memory.Reserve(one, 40), Is.Empty, "the other one may return its memory");

        Assert.That(_memory.Reserve(other, 40), Is.EqualTo(new[] { other }), "nobody else can return any");
        Assert.That(other.ReservedBytes, Is.EqualTo(90));
        Assert.That(_memory.Return(other, 40), Is.Empty);
        Assert.That(_memory.Return(other, 50), Is.EqualTo(new[] { one }));
    }

    [Test]
    public void One_that_holds_memory_is_served_before_those_that_hold_none()
    {
        var (one, other, none) = (Item(used: 9), Item(), Item());
        _memory.Reserve(one, 40);
        _memory.Reserve(other, 40);
        Assert.That(_memory.Reserve(none, 40), Is.Empty);
        Assert.That(_memory.Reserve(one, 40), Is.Empty);

        Assert.That(_memory.Return(other, 40), Is.EqualTo(new[] { one }));
        Assert.That(_memory.Return(one, 80), Is.EqualTo(new[] { none }));
    }

    [Test]
    public void No_more_is_returned_than_was_reserved()
    {
        var (one, other) = (Item(), Item());
        _memory.Reserve(one, 72);
        _memory.Return(one, 1_000);
        _memory.Return(one, 72);

        Assert.That(_memory.Reserve(one, 72), Is.EqualTo(new[] { one }));
        Assert.That(_memory.Reserve(other, 72), Is.Empty);
    }

    private static LaneItem Item(long used = 0) => new LaneItem<int>(null!, new LaneFlow { Used = used }, _ => 0);
}
