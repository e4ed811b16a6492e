using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>Regular expressions that members subscribe to, whose topics are looked for outside the event loop.</summary>
internal sealed class RegularExpressionTests
{
    private const int RemovedExpression = -16;
    private const int Expression = 16;
    private const string All = "con.*";

    [Test]
    public async Task A_member_has_nothing_until_its_expression_is_resolved()
    {
        await using var harness = New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(topics: [], pattern: All);
        Assert.That(a.OwnedText, Is.Empty);
        var (written, epoch) = (harness.Written(), (await harness.Described()).GroupEpoch);
        harness.RunBackground();
        Assert.That(harness.Types(written), Is.EqualTo(new[] { Expression, 3 }));
        Assert.That(((await harness.Described()).GroupEpoch, a.OwnedText), Is.EqualTo((epoch + 1, "")), "the next heartbeat assigns");
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((epoch + 1, "con-0 con-1 con-2 con-b-0")));
    }

    [Test]
    public async Task An_expression_that_is_resolved_serves_another_member_at_once()
    {
        await using var harness = New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await Resolved(harness, a);
        var (written, epoch) = (harness.Written(), a.Epoch);
        await b.Join(topics: [], pattern: All);
        Assert.That(b.Epoch, Is.EqualTo(epoch + 1));
        Assert.That((await harness.Described("b")).TargetAssignment.Count(), Is.EqualTo(2));
        harness.RunBackground();
        Assert.That(harness.Types(written), Has.None.EqualTo(Expression));
    }

    [Test]
    public async Task A_member_that_changes_its_expression_loses_what_the_old_one_matched()
    {
        await using var harness = New();
        var a = new SimulatedConsumer(harness, "a");
        await Resolved(harness, a);
        var written = harness.Written();
        await a.Beat(pattern: "con-.*");
        Assert.That(a.OwnedText, Is.Empty);
        Assert.That(harness.Types(written).Count(type => type == RemovedExpression), Is.EqualTo(1), "nobody else had it");
        for (var i = 0; i < 3; i++)
        {
            await a.Beat();
            harness.RunBackground();
        }
        Assert.That((a.OwnedText, await harness.State()), Is.EqualTo(("con-b-0", "Stable")));
    }

    [Test]
    public async Task A_member_may_change_from_an_expression_to_names_and_to_nothing()
    {
        await using var harness = New();
        var a = new SimulatedConsumer(harness, "a");
        await Resolved(harness, a);
        await a.Beat(topics: ["con-b"], pattern: "");
        await a.Beat();
        Assert.That((a.OwnedText, await harness.State()), Is.EqualTo(("con-b-0", "Stable")));
        await a.Beat(topics: []);
        await a.Beat();
        Assert.That((a.OwnedText, await harness.State()), Is.EqualTo(("", "Stable")));
    }

    [Test]
    public async Task Names_and_what_an_expression_matches_are_assigned_together()
    {
        await using var harness = New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(topics: ["con"], pattern: "con-.*");
        Assert.That(a.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
        harness.RunBackground();
        await a.Beat();
        Assert.That(a.OwnedText, Is.EqualTo("con-0 con-1 con-2 con-b-0"));
    }

    [Test]
    public async Task The_last_member_of_an_expression_takes_it_away()
    {
        await using var harness = New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await Resolved(harness, a);
        await b.Join(topics: [], pattern: All);
        var written = harness.Written();
        await b.Leave();
        Assert.That(harness.Types(written), Is.EqualTo(new[] { -8, -7, -5, 3 }));
        written = harness.Written();
        await a.Leave();
        Assert.That(harness.Types(written), Is.EqualTo(new[] { -8, -7, -5, RemovedExpression, 3 }));
    }

    [Test]
    public async Task Topics_are_looked_for_again_after_the_interval_and_the_same_ones_begin_no_epoch()
    {
        await using var harness = New(new ConsumerGroupConfig { AssignmentIntervalMs = 0, PatternRefreshIntervalMs = 60_000 });
        var a = new SimulatedConsumer(harness, "a");
        await Resolved(harness, a);
        var (written, epoch) = (harness.Written(), a.Epoch);
        for (var i = 0; i < 2; i++)
        {
            harness.Advance(30_000);
            await a.Beat();
            harness.RunBackground();
        }
        Assert.That(harness.Written(), Is.EqualTo(written), "not before it");
        harness.Advance(1);
        await a.Beat();
        harness.RunBackground();
        await a.Beat();
        Assert.That(harness.Types(written), Is.EqualTo(new[] { Expression }));
        Assert.That(a.Epoch, Is.EqualTo(epoch));
    }

    [Test]
    public async Task What_was_looked_for_when_the_last_member_left_is_dropped([Values] bool isDeleted)
    {
        await using var harness = New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(topics: [], pattern: All);
        await a.Leave();
        if (isDeleted)
            Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.None));
        var written = harness.Written();
        harness.RunBackground();
        Assert.That(harness.Types(written), Has.None.EqualTo(Expression));
        Assert.That((await harness.Described()).ErrorCode, Is.EqualTo(isDeleted ? ErrorCode.GroupIdNotFound : ErrorCode.None));
    }

    [Test]
    public async Task Topics_that_the_client_may_not_know_of_do_not_match()
    {
        await using var harness = New();
        var a = new SimulatedConsumer(harness, "a");
        await a.Send(
            new() { RebalanceTimeoutMs = 60_000, SubscribedTopicNames = [], SubscribedTopicRegex = All, TopicPartitions = [] },
            mayDescribe: topic => topic != "con-b");
        harness.RunBackground();
        await a.Beat();
        Assert.That(a.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
    }

    /// <summary>The member has all partitions of both topics.</summary>
    private static async Task Resolved(GroupHarness harness, SimulatedConsumer member)
    {
        await member.Join(topics: [], pattern: All);
        harness.RunBackground();
        await member.Beat();
        Assert.That(member.Owned, Has.Count.EqualTo(4));
    }

    private static GroupHarness New(ConsumerGroupConfig? config = null)
    {
        var harness = ConsumerGroupViews.New(config);
        harness.HoldsBackground = true;
        return harness;
    }
}
