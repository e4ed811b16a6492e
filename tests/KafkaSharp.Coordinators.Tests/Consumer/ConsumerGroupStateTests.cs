using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>What a consumer group permits in each of its states to members, other clients and administrators.</summary>
internal sealed class ConsumerGroupStateTests
{
    private static readonly string[] _con = ["con"];
    private static readonly string[] _inUse = ["Assigning", "Reconciling", "Stable"];

    [Test]
    public async Task A_group_that_has_lost_its_members_goes_on_counting_epochs()
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        await a.Leave();
        var empty = await harness.Described();
        Assert.That((empty.GroupState, empty.GroupEpoch, empty.AssignmentEpoch, empty.Members.Count), Is.EqualTo(("Empty", 3, 2, 0)));
        await a.Join(_con);
        Assert.That((a.Epoch, a.OwnedText, await harness.State()), Is.EqualTo((4, "con-0 con-1 con-2", "Stable")));
    }

    [Test]
    public async Task Its_state_is_in_the_list_of_groups([Values("Empty", "Assigning", "Reconciling", "Stable")] string state)
    {
        await using var harness = await InState(state);
        Assert.That(await List([]), Is.EqualTo(new[] { ("group", "consumer", state, "consumer") }));
        Assert.That(await List([state.ToLowerInvariant()]), Has.Count.EqualTo(1));
        Assert.That(await List([state == "Empty" ? "Stable" : "Empty"]), Is.Empty);

        async Task<List<(string, string, string, string)>> List(List<string> states) =>
            (await harness.Coordinator.Administration.ListGroupsAsync(
                GroupHarness.Context(5), new ListGroupsRequest { StatesFilter = states, TypesFilter = ["consumer"] }).Soon())
            .Groups.ConvertAll(group => (group.GroupId, group.ProtocolType, group.GroupState, group.GroupType));
    }

    [Test]
    public async Task With_members_it_is_not_deleted_and_takes_no_offsets_of_others([ValueSource(nameof(_inUse))] string state)
    {
        await using var harness = await InState(state);
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.NonEmptyGroup));
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.CommitInTransaction(7, 1), Is.EqualTo(ErrorCode.None), "a producer need not name a member");
        Assert.That(await harness.State(), Is.EqualTo(state));
    }

    [Test]
    public async Task Without_members_it_has_no_member_to_serve_and_takes_offsets_of_any_client()
    {
        await using var harness = await InState("Empty");
        var written = harness.Written();
        var joined = await harness.Join("a").Soon();
        Assert.That((joined.ErrorCode, joined.MemberId), Is.EqualTo((ErrorCode.UnknownMemberId, "a")));
        Assert.That((await harness.Sync("a", 2).Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Heartbeat("a", 2), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((await harness.Leave(("a", null), ("", "i")).Soon()).Members.Select(member => member.ErrorCode),
            Is.EqualTo(new[] { ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId }));
        Assert.That((await new SimulatedConsumer(harness, "a").Leave()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((await new SimulatedConsumer(harness, "a") { Epoch = 2 }.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Commit(1, "a", 2), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.CommitInTransaction(7, 1, "a", 2), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((harness.Written(), await harness.State()), Is.EqualTo((written, "Empty")));
        Assert.That(await harness.Commit(1, "a", -1, version: 8), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.CommitInTransaction(7, 1, "a", -1), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Only_consumer_groups_are_described()
    {
        await using var harness = ConsumerGroupViews.New();
        var described = await harness.Described();
        Assert.That((described.ErrorCode, described.ErrorMessage), Is.EqualTo((ErrorCode.GroupIdNotFound, "Group group not found.")));
        await harness.StableGroup();
        described = await harness.Described();
        Assert.That(
            (described.ErrorCode, described.ErrorMessage), Is.EqualTo((ErrorCode.GroupIdNotFound, "Group group is not a consumer group.")));
    }

    [TestCase("con", null)]
    [TestCase(null, "co.")]
    public async Task Offsets_of_topics_that_it_subscribes_to_are_not_deleted(string? name, string? pattern)
    {
        await using var harness = ConsumerGroupViews.New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(name is null ? [] : [name], pattern);
        await a.Beat();
        await harness.Commit(1, "a", a.Epoch);
        await harness.Commit(2, "a", a.Epoch, topic: "con-b");
        Assert.That(await Delete(), Is.EqualTo(new[] { ErrorCode.GroupSubscribedToTopic, ErrorCode.None }));
        Assert.That((await harness.Committed(), await harness.Committed("con-b")), Is.EqualTo((1L, -1L)));
        await a.Leave();
        Assert.That(await Delete(), Is.EqualTo(new[] { ErrorCode.None, ErrorCode.None }));

        async Task<IEnumerable<ErrorCode>> Delete() =>
            (await harness.Coordinator.Offsets.DeleteAsync(GroupHarness.Context(0), new OffsetDeleteRequest
            {
                GroupId = GroupHarness.GroupId,
                Topics = [.. new[] { "con", "con-b" }.Select(topic => new OffsetDeleteRequest.OffsetDeleteRequestTopic
                {
                    Name = topic, Partitions = [new() { PartitionIndex = 0 }],
                })],
            }).Soon()).Topics.Select(topic => topic.Partitions[0].ErrorCode);
    }

    [Test]
    public async Task Offsets_of_topics_that_it_subscribes_to_do_not_expire()
    {
        await using var harness = new GroupHarness(new GroupCoordinatorConfig
        {
            OffsetsRetention = TimeSpan.FromMinutes(60), OffsetsRetentionCheckInterval = TimeSpan.FromMinutes(1),
        });
        harness.PublishTopics(("con", 3), ("con-b", 1));
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        await harness.Commit(1, "a", 2);
        await harness.Commit(2, "a", 2, topic: "con-b");
        for (var i = 0; i < 122; i++)
        {
            harness.Advance(30_000);
            await a.KeepAlive();
        }
        Assert.That((await harness.Committed(), await harness.Committed("con-b")), Is.EqualTo((1L, -1L)));
        await a.Leave();
        harness.Advance(60_000);
        Assert.That(await harness.Committed(), Is.EqualTo(-1), "the time counts from the commit, not from when the group became empty");
        Assert.That((await harness.Described()).ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    private static async Task<GroupHarness> InState(string state)
    {
        var harness = ConsumerGroupViews.New(new ConsumerGroupConfig { AssignmentIntervalMs = 1000 });
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        if (state == "Empty")
            await a.Leave();
        if (state == "Reconciling")
            harness.Advance(1000);
        if (state is "Assigning" or "Reconciling")
            await b.Join(_con);
        Assert.That(await harness.State(), Is.EqualTo(state));
        return harness;
    }
}
