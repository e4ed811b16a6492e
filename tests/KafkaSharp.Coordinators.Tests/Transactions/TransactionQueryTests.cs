using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Transactions;

internal sealed class TransactionQueryTests
{
    [Test]
    public async Task Filters_are_combined_and_unknown_states_are_named()
    {
        await using var harness = new TransactionHarness();
        await harness.Init("a-empty");
        await harness.Init("a-open");
        await harness.Add(1001, 0, id: "a-open");
        await harness.Init("b-ended");
        await harness.Add(1002, 0, id: "b-ended");
        await harness.End(1002, 0, id: "b-ended");
        harness.Advance(5_000);
        Assert.That(await harness.List(), Is.EqualTo(new[] { "a-empty", "a-open", "b-ended" }));
        Assert.That(await harness.List(states: ["Ongoing", "CompleteCommit"]), Is.EqualTo(new[] { "a-open", "b-ended" }));
        Assert.That(await harness.List(states: ["Empty"], producers: [1000, 1001]), Is.EqualTo(new[] { "a-empty" }));
        Assert.That(await harness.List(producers: [5]), Is.Empty);
        // The empty one has no start, which is as if it were very old.
        Assert.That(await harness.List(duration: 5_000), Is.EqualTo(new[] { "a-empty" }));
        Assert.That(await harness.List(duration: 4_999), Is.EqualTo(new[] { "a-empty", "a-open", "b-ended" }));
        var unknown = await harness.ListAll(states: ["ongoing", "Ongoing", "ongoing", ""]);
        Assert.That(unknown.UnknownStateFilters, Is.EqualTo(new[] { "ongoing", "" }));
        Assert.That(unknown.TransactionStates.Single().TransactionalId, Is.EqualTo("a-open"));
        Assert.That(unknown.TransactionStates.Single().TransactionState, Is.EqualTo("Ongoing"));
        Assert.That(unknown.TransactionStates.Single().ProducerId, Is.EqualTo(1001));
    }

    [TestCase("a-.*", "a-1,a-2")]
    [TestCase("a-1|b", "a-1,b")]
    [TestCase("-", "")]
    [TestCase(".*-.*", "a-1,a-2")]
    [TestCase("", "a-1,a-2,b")]
    [TestCase(null, "a-1,a-2,b")]
    [TestCase("[ab](-1)?", "a-1,b")]
    public async Task A_pattern_matches_whole_ids(string? pattern, string expected)
    {
        await using var harness = new TransactionHarness();
        foreach (var id in new[] { "a-1", "a-2", "b" })
            await harness.Init(id);
        Assert.That(string.Join(',', await harness.List(pattern: pattern)), Is.EqualTo(expected));
    }

    [TestCase("(")]
    [TestCase("a)|(b")]
    [TestCase("*")]
    [TestCase(@"(a)\1")]
    [TestCase("(?=a)b")]
    public async Task An_invalid_pattern_is_refused(string pattern)
    {
        await using var harness = new TransactionHarness();
        Assert.That((await harness.ListAll(pattern: pattern)).ErrorCode, Is.EqualTo(ErrorCode.InvalidRegularExpression));
    }

    [Test]
    public async Task A_description_has_the_producer_the_timeout_the_start_and_the_partitions()
    {
        await using var harness = new TransactionHarness();
        Assert.That((await harness.Describe("")).ErrorCode, Is.EqualTo(ErrorCode.InvalidRequest));
        Assert.That((await harness.Describe()).ErrorCode, Is.EqualTo(ErrorCode.TransactionalIdNotFound));
        await harness.Init();
        Assert.That((await harness.Describe()).TransactionStartTimeMs, Is.EqualTo(-1));
        await harness.Add(1000, 0, partitions: [TransactionHarness.P0, TransactionHarness.P1, new TopicPartition("other", 5)]);
        var described = await harness.Describe();
        Assert.That(described.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(described.TransactionState, Is.EqualTo("Ongoing"));
        Assert.That((described.ProducerId, described.ProducerEpoch), Is.EqualTo((1000L, (short)0)));
        Assert.That(described.TransactionTimeoutMs, Is.EqualTo(TransactionHarness.Timeout));
        Assert.That(described.TransactionStartTimeMs, Is.EqualTo(harness.NowMs));
        Assert.That(described.Topics.Select(t => (t.Topic, string.Join(',', t.Partitions.Order()))),
            Is.EquivalentTo(new[] { ("data", "0,1"), ("other", "5") }));
    }
}
