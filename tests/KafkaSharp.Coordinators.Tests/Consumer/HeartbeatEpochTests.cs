using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>Which groups, members and epochs a heartbeat may name, with the errors and messages of Kafka's broker.</summary>
internal sealed class HeartbeatEpochTests
{
    private const string Full = "The consumer group has reached its maximum capacity of 1 members.";
    private static readonly string[] _con = ["con"];

    [TestCase(1, null, "Consumer group group not found.")]
    [TestCase(-1, null, "Group group not found.")]
    [TestCase(-2, "i", "Group group not found.")]
    public async Task Only_a_member_that_joins_makes_a_group(int epoch, string? instance, string message)
    {
        await using var harness = ConsumerGroupViews.New();
        await ExpectRefused(new SimulatedConsumer(harness, "a", instance), epoch, ErrorCode.GroupIdNotFound, message);
        Assert.That(harness.Written(), Is.Zero);
    }

    [Test]
    public async Task A_classic_group_has_no_member_epochs([Values(1, -1, -2)] int epoch, [Values] bool isEmpty)
    {
        await using var harness = ConsumerGroupViews.New();
        var ids = await harness.StableGroup();
        if (isEmpty)
            await harness.Leave((ids[0], null)).Soon();
        var written = harness.Written();
        await ExpectRefused(
            new SimulatedConsumer(harness, ids[0], epoch == -2 ? "i" : null), epoch, ErrorCode.GroupIdNotFound,
            "Group group is not a consumer group.");
        Assert.That(harness.Written(), Is.EqualTo(written));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo(isEmpty ? "Empty" : "Stable"));
    }

    [Test]
    public async Task In_version_0_a_member_that_joins_is_given_its_id()
    {
        await using var harness = ConsumerGroupViews.New();
        var response = await new SimulatedConsumer(harness, "").Join(_con, version: 0);
        Assert.That((response.ErrorCode, response.MemberId!.Length, response.MemberEpoch), Is.EqualTo((ErrorCode.None, 22, 2)));
        var again = await new SimulatedConsumer(harness, response.MemberId!) { Epoch = 2 }.KeepAlive();
        Assert.That((again.ErrorCode, again.MemberId), Is.EqualTo((ErrorCode.None, response.MemberId)));
    }

    [TestCase(2)]
    [TestCase(-1)]
    public async Task A_client_that_is_no_member_is_unknown(int epoch)
    {
        await using var harness = ConsumerGroupViews.New();
        await new SimulatedConsumer(harness, "a").Join(_con);
        var written = harness.Written();
        await ExpectRefused(
            new SimulatedConsumer(harness, "b"), epoch, ErrorCode.UnknownMemberId, "Member b is not a member of group group.");
        Assert.That(harness.Written(), Is.EqualTo(written));
    }

    [Test]
    public async Task An_epoch_before_the_previous_one_is_fenced()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        harness.PublishTopics(("con", 4));
        await a.Beat();
        harness.PublishTopics(("con", 5));
        await a.Beat();
        Assert.That(a.Epoch, Is.EqualTo(4));
        a.Epoch = 2;
        var response = await a.Beat();
        Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((
            ErrorCode.FencedMemberEpoch,
            "The consumer group member has a smaller member epoch (2) than the one known by the group coordinator (4). "
            + "The member must abandon all its partitions and rejoin.")));
        Assert.That((await harness.Described("a")).MemberEpoch, Is.EqualTo(4), "the member stays in the group");
    }

    [TestCase("all it had", ErrorCode.FencedMemberEpoch)]
    [TestCase("another topic", ErrorCode.FencedMemberEpoch)]
    [TestCase("what it is assigned", ErrorCode.None)]
    [TestCase("a part of it", ErrorCode.None)]
    [TestCase("nothing", ErrorCode.None)]
    public async Task The_previous_epoch_is_accepted_of_a_member_that_has_no_more_than_it_is_assigned(string owns, ErrorCode expected)
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        var had = a.Owned.ToList();
        await b.Join(_con);
        await a.KeepAlive();
        await a.Beat();
        Assert.That((a.Epoch, a.Owned.Count), Is.EqualTo((3, 2)));
        var has = owns switch
        {
            "all it had" => had,
            "another topic" => [.. a.Owned, (harness.Topics.TopicId("con-b"), 0)],
            "what it is assigned" => a.Owned.ToList(),
            "a part of it" => [a.Owned[0]],
            _ => [],
        };
        a.Epoch = 2;
        a.Owned.Clear();
        a.Owned.AddRange(has);
        Assert.That((await a.Beat()).ErrorCode, Is.EqualTo(expected));
        Assert.That(a.Epoch, Is.EqualTo(expected == ErrorCode.None ? 3 : 2), "the response has the epoch that was lost");
    }

    [Test]
    public async Task A_member_that_gives_up_partitions_and_joins_again_has_given_up_everything()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        await b.Join(_con);
        await a.KeepAlive();
        Assert.That(a.Epoch, Is.EqualTo(2));
        Assert.That((await a.Join(_con)).Assignment!.TopicPartitions.Single().Partitions, Has.Count.EqualTo(2));
        Assert.That(a.Epoch, Is.EqualTo(3));
        await b.Beat();
        Assert.That(b.Owned, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_member_that_waits_for_partitions_and_joins_again_still_waits()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        await b.Join(_con);
        await a.KeepAlive();
        await b.Beat();
        var written = harness.Written();
        Assert.That((await b.Join(_con)).Assignment!.TopicPartitions, Is.Empty, "a response to a join has the assignment");
        Assert.That((b.Epoch, await harness.State(), harness.Written()), Is.EqualTo((3, "Reconciling", written)));
    }

    [Test]
    public async Task A_member_that_leaves_is_removed_and_the_next_epoch_begins_in_one_write()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        await b.Join(_con);
        var (written, batches) = (harness.Written(), harness.Storage.Batches.Count);
        var response = await b.Leave();
        Assert.That((response.ErrorCode, response.MemberId, response.MemberEpoch), Is.EqualTo((ErrorCode.None, "b", -1)));
        Assert.That(harness.Types(written), Is.EqualTo(new[] { -8, -7, -5, 3 }));
        Assert.That(harness.Storage.Batches, Has.Count.EqualTo(batches + 1));
        Assert.That(((await harness.Described()).GroupEpoch, await harness.State()), Is.EqualTo((4, "Assigning")));
        Assert.That((await b.Leave()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText, await harness.State()), Is.EqualTo((4, "con-0 con-1 con-2", "Stable")));
    }

    [Test]
    public async Task A_full_group_refuses_others_before_anything_else_is_checked()
    {
        await using var harness = ConsumerGroupViews.New(new ConsumerGroupConfig { MaxSize = 1 });
        var first = new SimulatedConsumer(harness, "first", "i");
        await first.Join(_con);
        await ExpectRefused(new SimulatedConsumer(harness, "b"), 5, ErrorCode.GroupMaxSizeReached, Full);
        await first.Leave(-2);
        Assert.That((await new SimulatedConsumer(harness, "next", "i").Join(_con)).ErrorMessage, Is.EqualTo(Full));
        Assert.That((await first.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_heartbeat_that_changes_nothing_writes_nothing()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        var written = harness.Written();
        Assert.That((await a.KeepAlive()).Assignment, Is.Null);
        Assert.That((await a.Beat()).Assignment, Is.Null);
        var full = await a.Send(new ConsumerGroupHeartbeatRequest
        {
            RebalanceTimeoutMs = 60_000, SubscribedTopicNames = ["con"], TopicPartitions = [],
        });
        Assert.That(full.Assignment!.TopicPartitions.Single().Partitions, Has.Count.EqualTo(3), "a request with all fields asks for it");
        Assert.That(harness.Written(), Is.EqualTo(written));
    }

    private static async Task ExpectRefused(SimulatedConsumer member, int epoch, ErrorCode error, string message)
    {
        member.Epoch = epoch;
        var response = await member.KeepAlive();
        Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((error, message)));
    }
}
