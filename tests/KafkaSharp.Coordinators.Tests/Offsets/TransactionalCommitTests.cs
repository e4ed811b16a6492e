using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Tests.Offsets;

/// <summary>TxnOffsetCommit: who may commit, what is refused, and what the verification of the transaction decides.</summary>
internal sealed class TransactionalCommitTests
{
    [TestCase("", -1, null, ErrorCode.None, Description = "no field of the member is set: not checked")]
    [TestCase("member", 1, null, ErrorCode.None)]
    [TestCase("member", 0, null, ErrorCode.IllegalGeneration)]
    [TestCase("member", 2, null, ErrorCode.IllegalGeneration)]
    [TestCase("member", -1, null, ErrorCode.IllegalGeneration)]
    [TestCase("other", 1, null, ErrorCode.UnknownMemberId)]
    [TestCase("other", -1, null, ErrorCode.UnknownMemberId)]
    [TestCase("", 1, null, ErrorCode.UnknownMemberId)]
    [TestCase("member", 1, "instance", ErrorCode.UnknownMemberId)]
    [TestCase("", -1, "instance", ErrorCode.UnknownMemberId)]
    public async Task A_group_with_members_checks_the_fields_that_are_set(
        string memberId, int generation, string? instance, ErrorCode expected)
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        var member = memberId == "member" ? ids[0] : memberId;
        foreach (var version in new short[] { 3, 4, 5 })
            Assert.That(await harness.CommitInTransaction(7, 1, member, generation, instance, version: version), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_static_member_that_was_replaced_is_fenced()
    {
        await using var harness = new GroupHarness();
        var join = harness.Join(instance: "i");
        harness.Advance(3000);
        var memberId = (await join.Soon()).MemberId;
        await harness.Sync(memberId, 1, "i", (memberId, [1]));
        Assert.That(await harness.CommitInTransaction(7, 1, memberId, 1, "i"), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.CommitInTransaction(7, 1, "before", 1, "i"), Is.EqualTo(ErrorCode.FencedInstanceId));
    }

    [Test]
    public async Task While_the_group_rebalances_a_transaction_still_commits()
    {
        await using var harness = new GroupHarness();
        var (memberId, joined) = await harness.JoinKnown();
        harness.Advance(3000);
        Assert.That((await joined.Soon()).GenerationId, Is.EqualTo(1));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("CompletingRebalance"));
        Assert.That(await harness.Commit(1, memberId, 1), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await harness.CommitInTransaction(7, 1, memberId, 1), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.CommitInTransaction(7, 1), Is.EqualTo(ErrorCode.None));
    }

    [TestCase((short)0)]
    [TestCase((short)5)]
    public async Task A_group_that_does_not_exist_accepts_offsets_without_a_generation_only(short version)
    {
        await using var harness = new GroupHarness();
        Assert.That(await harness.CommitInTransaction(7, 1, "member", 0, version: version), Is.EqualTo(ErrorCode.IllegalGeneration));
        Assert.That(await harness.CommitInTransaction(7, 1, "member", version: version), Is.EqualTo(ErrorCode.None));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Empty"), "the offsets make a simple group");
        Assert.That(await harness.CommitInTransaction(7, 1, "", 1, version: version), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.CommitInTransaction(7, 1, group: "", version: version), Is.EqualTo(ErrorCode.InvalidGroupId));
    }

    [Test]
    public async Task Topics_and_partitions_are_refused_one_by_one_in_the_order_of_the_request()
    {
        await using var harness = new GroupHarness(new GroupCoordinatorConfig { OffsetMetadataMaxBytes = 2 });
        var request = TransactionalCommits.Request(
            7,
            TransactionalCommits.Topic("nope", (0, 1)), TransactionalCommits.Topic("secret", (0, 1)),
            TransactionalCommits.Topic("con", (0, 1), (9, 1), (1, 1), (-1, 1)), TransactionalCommits.Topic("empty"),
            TransactionalCommits.Topic("con-b"), TransactionalCommits.Topic("con", (2, 3)));
        request.Topics[2].Partitions[0].CommittedMetadata = "abc";
        request.Topics[2].Partitions[2].CommittedMetadata = null;
        var response = await harness.CommitInTransaction(request, mayRead: topic => topic != "secret");
        Assert.That(response.Text(), Is.EqualTo(
            "nope:0=UnknownTopicOrPartition secret:0=TopicAuthorizationFailed "
            + "con:9=UnknownTopicOrPartition,-1=UnknownTopicOrPartition,0=OffsetMetadataTooLarge,1=None,2=None empty:"));
        Assert.That(await harness.EndTransaction(7, true), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Committed(partition: 0), Is.EqualTo(-1));
        Assert.That(await harness.Committed(partition: 1), Is.EqualTo(1));
        Assert.That(await harness.Committed(partition: 2), Is.EqualTo(3));
    }

    [Test]
    public async Task Nothing_is_written_or_verified_where_nothing_is_accepted()
    {
        await using var harness = new GroupHarness();
        harness.Storage.OnVerify = _ => throw new InvalidOperationException("not asked");
        var response = await harness.CommitInTransaction(TransactionalCommits.Request(7, TransactionalCommits.Topic("nope", (0, 1))));
        Assert.That(response.Text(), Is.EqualTo("nope:0=UnknownTopicOrPartition"));
        Assert.That((await harness.CommitInTransaction(TransactionalCommits.Request(7))).Topics, Is.Empty);
        Assert.That(harness.Storage.Entries(0), Is.Empty);
    }

    [TestCase(ErrorCode.NetworkException, (short)5, ErrorCode.CoordinatorLoadInProgress)]
    [TestCase(ErrorCode.NetworkException, (short)1, ErrorCode.CoordinatorNotAvailable)]
    [TestCase(ErrorCode.InvalidTxnState, (short)3, ErrorCode.InvalidTxnState)]
    [TestCase(ErrorCode.TransactionAbortable, (short)4, ErrorCode.TransactionAbortable)]
    [TestCase(ErrorCode.ConcurrentTransactions, (short)5, ErrorCode.ConcurrentTransactions)]
    [TestCase(ErrorCode.InvalidProducerEpoch, (short)5, ErrorCode.InvalidProducerEpoch)]
    [TestCase(ErrorCode.NotLeaderOrFollower, (short)5, ErrorCode.NotCoordinator)]
    [TestCase(ErrorCode.CoordinatorLoadInProgress, (short)1, ErrorCode.CoordinatorNotAvailable)]
    public async Task A_transaction_that_is_refused_writes_nothing(ErrorCode verified, short version, ErrorCode expected)
    {
        await using var harness = new GroupHarness();
        harness.Storage.OnVerify = _ => throw new StateMachineException(verified, "by the test");
        Assert.That(await harness.CommitInTransaction(7, 1, version: version), Is.EqualTo(expected));
        Assert.That(harness.Storage.Entries(0), Is.Empty);
    }

    [Test]
    public async Task What_the_verification_gave_comes_with_the_records_and_with_nothing_else()
    {
        await using var harness = new GroupHarness();
        var asked = new List<TransactionIdentity>();
        var verification = new Verification();
        harness.Storage.OnVerify = transaction =>
        {
            asked.Add(transaction);
            return Task.FromResult<TransactionVerification?>(verification);
        };
        await harness.CommitInTransaction(7, 1);
        harness.Storage.OnVerify = null;
        await harness.CommitInTransaction(8, 1);
        Assert.That(asked, Is.EqualTo(new[] { new TransactionIdentity("transaction", 7, 3, 5) }));
        Assert.That(harness.Storage.Verifications, Is.EqualTo(new TransactionVerification?[] { verification, null }));
    }

    [Test]
    public async Task A_slow_verification_keeps_no_other_request_waiting()
    {
        await using var harness = new GroupHarness();
        var verification = new TaskCompletionSource<TransactionVerification?>();
        harness.Storage.OnVerify = _ => verification.Task;
        var waiting = harness.CommitInTransaction(7, 5);
        Assert.That(await harness.Commit(1).Soon(), Is.EqualTo(ErrorCode.None));
        Assert.That(waiting.IsCompleted, Is.False);
        harness.Coordinator.OnResignation(0, 1);
        verification.SetResult(null);
        Assert.That(await waiting.Soon(), Is.EqualTo(ErrorCode.NotCoordinator), "the shard was unloaded in the meantime");
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(1));
    }

    private sealed class Verification : TransactionVerification;
}
