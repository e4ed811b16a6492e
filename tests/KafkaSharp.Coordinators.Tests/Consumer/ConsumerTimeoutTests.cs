using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>The session and the rebalance timeout of members of the consumer protocol: what starts, extends and ends them.</summary>
internal sealed class ConsumerTimeoutTests
{
    private static readonly string[] _con = ["con"];

    [Test]
    public async Task A_heartbeat_that_is_refused_does_not_extend_the_session()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        harness.Advance(44_999);
        a.Epoch = 9;
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.FencedMemberEpoch));
        Assert.That((await harness.Described()).Members, Has.Count.EqualTo(1));
        harness.Advance(1);
        Assert.That(await harness.State(), Is.EqualTo("Empty"));
    }

    [Test]
    public async Task A_group_may_have_a_session_of_its_own_length_from_the_next_heartbeat_on()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        harness.Configure("consumer.session.timeout.ms", "50000");
        harness.Configure("consumer.heartbeat.interval.ms", "7000");
        Assert.That((await a.KeepAlive()).HeartbeatIntervalMs, Is.EqualTo(7000));
        harness.Advance(49_999);
        Assert.That(await harness.State(), Is.EqualTo("Stable"));
        harness.Advance(1);
        Assert.That(await harness.State(), Is.EqualTo("Empty"));
    }

    [Test]
    public async Task A_group_may_have_an_assignment_interval_of_its_own()
    {
        await using var harness = ConsumerGroupViews.New();
        harness.Configure("consumer.assignment.interval.ms", "5000");
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        harness.Advance(4999);
        await b.Join(_con);
        Assert.That((b.Epoch, await harness.State()), Is.EqualTo((2, "Assigning")));
        harness.Advance(1);
        await b.Beat();
        Assert.That((b.Epoch, await harness.State()), Is.EqualTo((3, "Reconciling")));
    }

    [Test]
    public async Task A_member_that_could_not_be_removed_has_another_session()
    {
        await using var harness = ConsumerGroupViews.New();
        await new SimulatedConsumer(harness, "a").Join(_con);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        harness.Advance(45_000);
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.State(), Is.EqualTo("Stable"));
        harness.Advance(44_999);
        Assert.That(await harness.State(), Is.EqualTo("Stable"));
        harness.Advance(1);
        Assert.That(await harness.State(), Is.EqualTo("Empty"));
    }

    [Test]
    public async Task A_member_that_could_not_be_removed_because_it_gives_nothing_up_has_another_time_for_it()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, _) = await Revoking(harness);
        harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        harness.Advance(30_000);
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.None));
        harness.Advance(29_999);
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.None));
        harness.Advance(1);
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_member_that_has_given_up_in_time_stays()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, _) = await Revoking(harness);
        harness.Advance(29_999);
        await a.Beat();
        Assert.That(a.Epoch, Is.EqualTo(3));
        harness.Advance(10_000);
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task The_next_revocation_has_its_own_time()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = await Revoking(harness);
        harness.Advance(20_000);
        await b.KeepAlive();
        await new SimulatedConsumer(harness, "c").Join(_con);
        await a.Beat();
        Assert.That((a.Epoch, a.Owned.Count), Is.EqualTo((2, 1)), "it has given up one partition and must give up another one");
        harness.Advance(29_999);
        Assert.That((await harness.Described("a")).MemberEpoch, Is.EqualTo(2));
        harness.Advance(1);
        Assert.That((await a.Beat()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task After_a_load_it_has_the_whole_time_again()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, _) = await Revoking(harness);
        harness.Advance(20_000);
        harness.Reload();
        harness.Advance(29_999);
        Assert.That((await harness.Described("a")).MemberEpoch, Is.EqualTo(2));
        harness.Advance(1);
        Assert.That((await a.Beat()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId), "sooner than its session ends");
    }

    // The records of the leave are in the log, so that nothing is taken back.
    [Test]
    public async Task A_leave_that_is_committed_late_does_not_end_the_time_of_the_member_that_has_joined_again()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con, rebalanceTimeout: 30_000);
        harness.Storage.HoldsCommits = true;
        List<Task<ConsumerGroupHeartbeatResponse>> late =
            [a.Leave(), a.Join(_con, rebalanceTimeout: 30_000), new SimulatedConsumer(harness, "b").Join(_con)];
        a.Epoch = 4;
        late.Add(a.KeepAlive());
        harness.Advance(5000);
        foreach (var response in late)
            Assert.That((await response.Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.HoldsCommits = false;
        harness.Storage.CommitAll();
        Assert.That((await harness.Described("a")).MemberEpoch, Is.EqualTo(4), "it has partitions to give up");
        harness.Advance(24_999);
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.None));
        harness.Advance(1);
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    /// <summary>The first member has 30 seconds to give up one of its three partitions to the second one.</summary>
    private static async Task<(SimulatedConsumer First, SimulatedConsumer Second)> Revoking(GroupHarness harness)
    {
        var (first, second) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await first.Join(_con, rebalanceTimeout: 30_000);
        await second.Join(_con);
        await first.KeepAlive();
        Assert.That((first.Epoch, first.Owned.Count), Is.EqualTo((2, 2)));
        return (first, second);
    }
}
