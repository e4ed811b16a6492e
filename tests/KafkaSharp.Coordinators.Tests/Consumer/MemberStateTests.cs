using System.Buffers;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>
/// The states of a member as its heartbeats lead from one to the next: it gives up, enters the epoch, waits for others. Single steps are
/// compared with Kafka's in <see cref="ReconciliationVectorTests"/>.
/// </summary>
internal sealed class MemberStateTests
{
    private static readonly string[] _con = ["con"];
    private static readonly string[] _conB = ["con-b"];

    [Test]
    public async Task A_member_that_still_has_what_it_is_to_give_up_stays_in_its_epoch()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        var had = a.Owned.ToList();
        await b.Join(_con);
        await a.KeepAlive();
        var written = harness.Written();
        Own(a, had);
        Assert.That((await a.Beat()).Assignment, Is.Null);
        Assert.That((await a.KeepAlive()).Assignment, Is.Null, "it does not say that it has given up anything");
        Assert.That((a.Epoch, harness.Written()), Is.EqualTo((2, written)));
        var described = await harness.Described("a");
        Assert.That((described.MemberEpoch, described.Assignment.Count(), described.TargetAssignment.Count()), Is.EqualTo((2, 3, 2)));
    }

    [Test]
    public async Task What_it_gives_up_is_free_when_it_has_given_up_everything()
    {
        await using var harness = ConsumerGroupViews.New();
        harness.PublishTopics(("con", 4));
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        var had = a.Owned.ToList();
        await b.Join(_con);
        await a.KeepAlive();
        var kept = a.Owned.ToList();
        Own(a, [.. kept, had.Except(kept).First()]);
        await a.Beat();
        await b.Beat();
        Assert.That((a.Epoch, b.Owned.Count), Is.EqualTo((2, 0)), "one of two");
        Own(a, kept);
        await a.Beat();
        await b.Beat();
        Assert.That((a.Epoch, b.Epoch, await harness.State()), Is.EqualTo((3, 3, "Stable")));
        Assert.That(b.Owned, Is.EquivalentTo(had.Except(kept)));
    }

    [Test]
    public async Task A_newer_target_waits_for_what_the_older_one_takes_away()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b, c) = (
            new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"), new SimulatedConsumer(harness, "c"));
        await a.Join(_con);
        await b.Join(_con);
        await a.KeepAlive();
        await c.Join(_con);
        await a.KeepAlive();
        Assert.That((a.Epoch, a.Owned.Count), Is.EqualTo((2, 2)), "the first partition is not given up yet");
        await a.Beat();
        Assert.That((a.Epoch, a.Owned.Count), Is.EqualTo((2, 1)), "now the second one is taken away");
        await a.Beat();
        Assert.That((a.Epoch, a.Owned.Count), Is.EqualTo((4, 1)));
        await b.Beat();
        await c.Beat();
        Assert.That((b.Owned.Count, c.Owned.Count, await harness.State()), Is.EqualTo((1, 1, "Stable")));
    }

    [Test]
    public async Task What_a_newer_target_gives_back_is_given_up_first()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        var had = a.Owned.ToList();
        await b.Join(_con);
        await a.KeepAlive();
        var kept = a.Owned.ToList();
        await b.Leave();
        Own(a, had);
        Assert.That((await a.Beat()).Assignment, Is.Null);
        Assert.That(a.Epoch, Is.EqualTo(2));
        Own(a, kept);
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText, await harness.State()), Is.EqualTo((4, "con-0 con-1 con-2", "Stable")));
    }

    [Test]
    public async Task Two_members_exchange_what_they_have()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        await b.Join(_conB);
        await a.Beat();
        Assert.That((a.Epoch, b.Epoch, await harness.State()), Is.EqualTo((3, 3, "Stable")));
        await a.Beat(topics: _conB);
        await b.Beat(topics: _con);
        Assert.That((a.Epoch, a.OwnedText, b.Epoch, b.OwnedText), Is.EqualTo((3, "", 3, "")), "both must give up everything");
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((5, "")), "it has given up, and waits for the other one");
        await b.Beat();
        Assert.That((b.Epoch, b.OwnedText), Is.EqualTo((5, "con-0 con-1 con-2")));
        Assert.That(await harness.State(), Is.EqualTo("Reconciling"));
        await a.Beat();
        Assert.That((a.OwnedText, await harness.State()), Is.EqualTo(("con-b-0", "Stable")));
    }

    [Test]
    public async Task Partitions_of_two_members_are_received_one_by_one()
    {
        await using var harness = ConsumerGroupViews.New();
        harness.PublishTopics(("con", 6));
        var (a, b, c) = (
            new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"), new SimulatedConsumer(harness, "c"));
        await a.Join(_con);
        await b.Join(_con);
        await a.KeepAlive();
        await a.Beat();
        await b.Beat();
        await c.Join(_con);
        Assert.That((c.Epoch, c.Owned.Count), Is.EqualTo((4, 0)));
        await Gives(a);
        Assert.That((await c.Beat()).Assignment!.TopicPartitions.Single().Partitions, Has.Count.EqualTo(1));
        Assert.That(await harness.State(), Is.EqualTo("Reconciling"));
        await Gives(b);
        await c.Beat();
        Assert.That((c.Epoch, c.Owned.Count, await harness.State()), Is.EqualTo((4, 2, "Stable")));

        static async Task Gives(SimulatedConsumer member)
        {
            await member.KeepAlive();
            await member.Beat();
        }
    }

    [Test]
    public async Task A_member_that_waits_gives_up_what_it_has_received_when_a_newer_target_takes_it_away()
    {
        await using var harness = ConsumerGroupViews.New();
        harness.PublishTopics(("con", 6));
        var (a, b, c) = (
            new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"), new SimulatedConsumer(harness, "c"));
        await a.Join(_con);
        await b.Join(_con);
        await a.KeepAlive();
        await a.Beat();
        await b.Beat();
        await c.Join(_con);
        await a.KeepAlive();
        await a.Beat();
        await c.Beat();
        Assert.That((c.Epoch, c.Owned.Count), Is.EqualTo((4, 1)), "it waits for another one");
        await c.Beat(topics: _conB);
        Assert.That((c.Epoch, c.OwnedText), Is.EqualTo((4, "")), "it stays in its epoch until it has given up one");
        await c.Beat();
        Assert.That((c.Epoch, c.OwnedText), Is.EqualTo((5, "con-b-0")));
    }

    [Test]
    public async Task A_member_waits_no_more_for_what_a_newer_target_gives_to_another_one()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        await b.Join(_con);
        await a.KeepAlive();
        await b.Beat(topics: _conB);
        Assert.That((b.Epoch, b.OwnedText), Is.EqualTo((4, "con-b-0")));
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText, await harness.State()), Is.EqualTo((4, "con-0 con-1 con-2", "Stable")));
    }

    [Test]
    public async Task Topics_that_a_member_does_not_subscribe_to_any_more_are_taken_away_before_the_next_assignment()
    {
        await using var harness = ConsumerGroupViews.New(new ConsumerGroupConfig { AssignmentIntervalMs = 1000 });
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(["con", "con-b"]);
        await a.Beat(topics: _con);
        Assert.That((a.Epoch, a.OwnedText, await harness.State()), Is.EqualTo((2, "con-0 con-1 con-2", "Assigning")));
        Assert.That((await harness.Described("a")).Assignment.Count(), Is.EqualTo(4), "it has not given up yet");
        await a.Beat();
        Assert.That((await harness.Described("a")).Assignment.Count(), Is.EqualTo(3));
        harness.Advance(1000);
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText, await harness.State()), Is.EqualTo((3, "con-0 con-1 con-2", "Stable")));
    }

    [Test]
    public async Task A_member_in_a_state_of_a_newer_broker_must_start_again()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.Entries(0).Add(Entry(ConsumerGroupRecords.Current(GroupHarness.GroupId, new ConsumerGroupMember("a")
        {
            MemberEpoch = 2,
            PreviousMemberEpoch = 2,
            State = (MemberState)99,
            Assigned = OwnedPartitions.Of(
                [new TopicEpochs(harness.Topics.TopicId("con"), new Dictionary<int, int> { [0] = 2, [1] = 2, [2] = 2 })]),
        })));
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.State(), Is.EqualTo("Reconciling"));
        foreach (var beat in (Func<Task<ConsumerGroupHeartbeatResponse>>[])[a.KeepAlive, () => a.Beat()])
        {
            var response = await beat();
            Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((
                ErrorCode.FencedMemberEpoch,
                "The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.")));
        }
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((a.Epoch, a.OwnedText, await harness.State()), Is.EqualTo((2, "con-0 con-1 con-2", "Stable")));
    }

    private static void Own(SimulatedConsumer member, List<(Uuid Topic, int Partition)> partitions)
    {
        member.Owned.Clear();
        member.Owned.AddRange(partitions);
    }

    private static MemoryCoordinatorStorage.Entry Entry(ConsumerGroupRecord record)
    {
        var (key, value) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        record.WriteKey(key);
        record.WriteValue(value);
        return new(key.WrittenSpan.ToArray(), value.WrittenSpan.ToArray());
    }
}
