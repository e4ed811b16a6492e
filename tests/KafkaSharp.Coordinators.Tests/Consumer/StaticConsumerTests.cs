using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>Static members of the consumer protocol: present, away, replaced, fenced.</summary>
internal sealed class StaticConsumerTests
{
    private static readonly string[] _con = ["con"];

    [TestCase("next")]
    [TestCase("first")]
    public async Task No_member_joins_in_the_place_of_a_member_that_is_there(string memberId)
    {
        await using var harness = ConsumerGroupViews.New();
        await new SimulatedConsumer(harness, "first", "i").Join(_con);
        var written = harness.Written();
        var response = await new SimulatedConsumer(harness, memberId, "i").Join(_con);
        Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((
            ErrorCode.UnreleasedInstanceId,
            $"Static member {memberId} with instance id i cannot join the group because the instance id is owned by first member.")));
        Assert.That(harness.Written(), Is.EqualTo(written));
    }

    [TestCase(2)]
    [TestCase(-1)]
    [TestCase(-2)]
    public async Task An_instance_that_no_member_has_is_unknown(int epoch)
    {
        await using var harness = ConsumerGroupViews.New();
        await new SimulatedConsumer(harness, "first", "i").Join(_con);
        var response = await new SimulatedConsumer(harness, "first", "other") { Epoch = epoch }.KeepAlive();
        Assert.That(
            (response.ErrorCode, response.ErrorMessage), Is.EqualTo((ErrorCode.UnknownMemberId, "Instance id other is unknown.")));
    }

    [TestCase(2)]
    [TestCase(-1)]
    [TestCase(-2)]
    public async Task Another_member_of_the_instance_is_fenced(int epoch)
    {
        await using var harness = ConsumerGroupViews.New();
        var first = new SimulatedConsumer(harness, "first", "i");
        await first.Join(_con);
        var response = await new SimulatedConsumer(harness, "other", "i") { Epoch = epoch }.KeepAlive();
        Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((
            ErrorCode.FencedInstanceId, "Static member other with instance id i was fenced by member first.")));
        Assert.That((await first.Beat()).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [TestCase(3, "greater")]
    [TestCase(1, "smaller")]
    public async Task Its_epoch_is_compared_as_that_of_a_dynamic_member(int epoch, string order)
    {
        await using var harness = ConsumerGroupViews.New();
        var first = new SimulatedConsumer(harness, "first", "i");
        await first.Join(_con);
        first.Epoch = epoch;
        var response = await first.KeepAlive();
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.FencedMemberEpoch));
        Assert.That(response.ErrorMessage, Does.Contain($"{order} member epoch ({epoch}) than the one known by the group coordinator (2)"));
    }

    [Test]
    public async Task A_member_that_is_away_has_no_epoch_to_go_on_with()
    {
        await using var harness = ConsumerGroupViews.New();
        var first = new SimulatedConsumer(harness, "first", "i");
        await first.Join(_con);
        var written = harness.Written();
        var left = await first.Leave(-2);
        Assert.That((left.MemberId, left.MemberEpoch), Is.EqualTo(("first", -2)));
        Assert.That(harness.Types(written), Is.EqualTo(new[] { 8 }));
        var described = await harness.Described("first");
        Assert.That((described.MemberEpoch, described.Assignment.Count()), Is.EqualTo((-2, 3)), "its partitions stay with it");
        Assert.That(await harness.State(), Is.EqualTo("Reconciling"));
        first.Epoch = 2;
        var response = await first.Beat();
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.FencedMemberEpoch));
        Assert.That(response.ErrorMessage, Does.Contain("greater member epoch (2) than the one known by the group coordinator (-2)"));
        Assert.That((await first.Leave(-2)).ErrorCode, Is.EqualTo(ErrorCode.None), "it may say so again");
        Assert.That((await first.Leave()).ErrorCode, Is.EqualTo(ErrorCode.None), "and leave for good now");
        Assert.That(await harness.State(), Is.EqualTo("Empty"));
    }

    [TestCase("first")]
    [TestCase("next")]
    public async Task A_member_that_returns_takes_over_records_and_partitions_in_the_same_epoch(string memberId)
    {
        await using var harness = ConsumerGroupViews.New();
        var first = new SimulatedConsumer(harness, "first", "i");
        await first.Join(_con);
        await first.Leave(-2);
        var written = harness.Written();
        var next = new SimulatedConsumer(harness, memberId, "i");
        Assert.That((await next.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((next.Epoch, next.OwnedText), Is.EqualTo((2, "con-0 con-1 con-2")));
        // The old member is removed; the new one has its records, and enters the epoch.
        Assert.That(harness.Types(written), Is.EqualTo(new[] { -8, -7, -5, 5, 7, 8, 8 }));
        Assert.That(((await harness.Described()).GroupEpoch, await harness.State()), Is.EqualTo((2, "Stable")));
    }

    [Test]
    public async Task A_member_that_returns_with_another_subscription_begins_an_epoch()
    {
        await using var harness = ConsumerGroupViews.New();
        var first = new SimulatedConsumer(harness, "first", "i");
        await first.Join(_con);
        await first.Leave(-2);
        var written = harness.Written();
        var next = new SimulatedConsumer(harness, "next", "i");
        await next.Join(["con-b"]);
        Assert.That(harness.Types(written), Is.EqualTo(new[] { -8, -7, -5, 5, 7, 8, 5, 3, 7, 6, 8 }));
        Assert.That((next.Epoch, next.OwnedText, await harness.State()), Is.EqualTo((3, "con-b-0", "Stable")), "it has given up the rest");
    }

    [Test]
    public async Task The_session_of_a_member_that_is_away_ends_when_it_would_have_ended_and_its_partitions_are_assigned()
    {
        await using var harness = ConsumerGroupViews.New();
        var (first, b) = (new SimulatedConsumer(harness, "first", "i"), new SimulatedConsumer(harness, "b"));
        await Both(first, b);
        harness.Advance(40_000);
        await b.Beat();
        await first.Leave(-2);
        harness.Advance(4999);
        Assert.That((await harness.Described()).Members, Has.Count.EqualTo(2));
        harness.Advance(1);
        Assert.That((await harness.Described()).Members, Has.Count.EqualTo(1));
        await b.Beat();
        Assert.That((b.Epoch, b.OwnedText), Is.EqualTo((4, "con-0 con-1 con-2")));
        Assert.That((await new SimulatedConsumer(harness, "next", "i").Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None), "a new instance");
    }

    [Test]
    public async Task A_member_waits_for_partitions_of_one_that_is_away_until_that_one_returns()
    {
        await using var harness = ConsumerGroupViews.New();
        var (first, b) = (new SimulatedConsumer(harness, "first", "i"), new SimulatedConsumer(harness, "b"));
        await first.Join(_con);
        await first.Leave(-2);
        await b.Join(_con);
        await b.Beat();
        Assert.That((b.Epoch, b.OwnedText), Is.EqualTo((3, "")));
        var next = new SimulatedConsumer(harness, "next", "i");
        await next.Join(_con);
        await b.Beat();
        Assert.That((next.Epoch, next.Owned.Count, b.Owned.Count, await harness.State()), Is.EqualTo((3, 2, 1, "Stable")));
    }

    [Test]
    public async Task A_member_that_goes_away_gives_up_at_once_what_it_was_to_give_up()
    {
        await using var harness = ConsumerGroupViews.New();
        var (first, b) = (new SimulatedConsumer(harness, "first", "i"), new SimulatedConsumer(harness, "b"));
        await first.Join(_con, rebalanceTimeout: 30_000);
        await b.Join(_con);
        await first.KeepAlive();
        await first.Leave(-2);
        await b.Beat();
        Assert.That(b.Owned, Has.Count.EqualTo(1));
        harness.Advance(30_000);
        Assert.That((await harness.Described()).Members, Has.Count.EqualTo(2), "nothing is left to give up in time");
        var next = new SimulatedConsumer(harness, "next", "i");
        await next.Join(_con);
        Assert.That((next.Epoch, next.Owned.Count, await harness.State()), Is.EqualTo((3, 2, "Stable")));
    }

    [Test]
    public async Task Without_its_instance_id_it_is_a_member_like_others()
    {
        await using var harness = ConsumerGroupViews.New();
        await new SimulatedConsumer(harness, "first", "i").Join(_con);
        var unnamed = new SimulatedConsumer(harness, "first") { Epoch = 2 };
        Assert.That((await unnamed.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await harness.Described("first")).InstanceId, Is.EqualTo("i"), "it keeps its instance id");
        Assert.That((await unnamed.Leave()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await new SimulatedConsumer(harness, "next", "i").Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_dynamic_member_becomes_static_only_by_joining()
    {
        await using var harness = ConsumerGroupViews.New();
        await new SimulatedConsumer(harness, "a").Join(_con);
        var named = new SimulatedConsumer(harness, "a", "i") { Epoch = 2 };
        Assert.That((await named.KeepAlive()).ErrorMessage, Is.EqualTo("Instance id i is unknown."));
        Assert.That((await named.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await harness.Described()).Members.Single().InstanceId, Is.EqualTo("i"));
    }

    /// <summary>Both have what they are to have, in epoch 3.</summary>
    private static async Task Both(SimulatedConsumer first, SimulatedConsumer second)
    {
        await first.Join(_con);
        await second.Join(_con);
        await first.KeepAlive();
        await first.Beat();
        await second.Beat();
        Assert.That((first.Epoch, first.Owned.Count, second.Epoch, second.Owned.Count), Is.EqualTo((3, 2, 3, 1)));
    }
}
