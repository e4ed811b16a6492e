using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>What a member changes about itself, and what changes about its topics: which of it begins an epoch.</summary>
internal sealed class MemberChangeTests
{
    private static readonly string[] _con = ["con"];
    private static readonly string[] _both = ["con", "con-b"];

    [TestCase("rack")]
    [TestCase("assignor")]
    [TestCase("rebalance timeout")]
    public async Task What_is_no_subscription_is_written_and_begins_no_epoch(string what)
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        var written = harness.Written();
        Assert.That((await a.Send(Change())).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(harness.Types(written), Is.EqualTo(new[] { 5 }));
        Assert.That((a.Epoch, (await harness.Described()).GroupEpoch, await harness.State()), Is.EqualTo((2, 2, "Stable")));
        await a.Send(Change());
        await a.KeepAlive();
        Assert.That(harness.Written(), Is.EqualTo(written + 1), "it is no change any more");
        Assert.That((await harness.Described("a")).RackId, Is.EqualTo(what == "rack" ? "r" : null));

        ConsumerGroupHeartbeatRequest Change() => what switch
        {
            "rack" => new() { RackId = "r" },
            "assignor" => new() { ServerAssignor = "range" },
            _ => new() { RebalanceTimeoutMs = 1 },
        };
    }

    [Test]
    public async Task Another_assignor_makes_the_next_assignment()
    {
        await using var harness = ConsumerGroupViews.New();
        harness.PublishTopics(("con", 4));
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_both);
        await b.Join(_both);
        foreach (var member in new[] { a, b })
            await member.Send(new ConsumerGroupHeartbeatRequest { ServerAssignor = "range" });
        Assert.That((await harness.Described()).AssignorName, Is.EqualTo("range"));
        Assert.That(await Targets(), Is.EquivalentTo(new[] { 2, 3 }), "that of uniform");
        harness.PublishTopics(("con", 5));
        await a.KeepAlive();
        Assert.That(await Targets(), Is.EquivalentTo(new[] { 4, 2 }), "range gives the first member more of either topic");

        async Task<IEnumerable<int>> Targets() =>
            (await harness.Described()).Members.Select(member => member.TargetAssignment.Count()).ToList();
    }

    [Test]
    public async Task Other_topics_begin_an_epoch_and_the_same_ones_in_another_order_do_not()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        var written = harness.Written();
        await a.Beat(topics: _both);
        Assert.That(harness.Types(written), Is.EqualTo(new[] { 5, 3, 7, 6, 8 }));
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((3, "con-0 con-1 con-2 con-b-0")));
        written = harness.Written();
        await a.Beat(topics: ["con-b", "con"]);
        Assert.That(harness.Written(), Is.EqualTo(written));
    }

    [Test]
    public async Task A_topic_that_is_deleted_is_taken_away_with_the_next_heartbeat()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_both);
        harness.RemoveTopic("con-b");
        var written = harness.Written();
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((2, "con-0 con-1 con-2")), "it gives up first, as with any other partition");
        Assert.That(harness.Types(written), Is.EqualTo(new[] { 3, 7, 6, 8 }));
        await a.Beat();
        Assert.That((a.Epoch, await harness.State()), Is.EqualTo((3, "Stable")));
    }

    [Test]
    public async Task A_topic_that_was_deleted_and_created_again_is_another_topic()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_both);
        harness.RemoveTopic("con-b");
        harness.Topics.Add("con-b", 1, new Uuid(8, 8));
        harness.PublishTopics(("con-b", 1));
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((2, "con-0 con-1 con-2")), "what it has of the old topic is taken away");
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((3, "con-0 con-1 con-2 con-b-0")));
        Assert.That(a.Owned, Does.Contain((new Uuid(8, 8), 0)));
    }

    [Test]
    public async Task The_heartbeat_of_any_member_brings_the_change_to_all()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        await b.Join(["con-b"]);
        harness.PublishTopics(("con", 4));
        await b.KeepAlive();
        Assert.That(((await harness.Described()).GroupEpoch, b.Epoch), Is.EqualTo((4, 4)));
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((4, "con-0 con-1 con-2 con-3")));
    }

    [Test]
    public async Task A_change_whose_epoch_is_not_written_reaches_the_group_with_a_later_heartbeat()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        harness.PublishTopics(("con", 4));
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That((await a.Beat()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.None;
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((3, "con-0 con-1 con-2 con-3")));
    }

    [Test]
    public async Task The_next_coordinator_notices_what_changed_before_it()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        harness.Coordinator.OnResignation(0, 1);
        harness.PublishTopics(("con", 4));
        harness.Coordinator.OnElection(0, 2);
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((3, "con-0 con-1 con-2 con-3")));
    }
}
