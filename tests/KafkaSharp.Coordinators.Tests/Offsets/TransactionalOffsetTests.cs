using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Offsets;

/// <summary>Offsets that transactions committed: until the marker arrives, afterwards, and after a reload.</summary>
internal sealed class TransactionalOffsetTests
{
    [Test]
    public async Task Until_its_transaction_ends_an_offset_is_not_seen_and_the_partition_is_unstable()
    {
        await using var harness = new GroupHarness();
        await Load(harness, Offset(1), Offset(5, producerId: 7));
        Assert.That(await harness.Committed(), Is.EqualTo(1));
        var unstable = await harness.FetchPartition("con", 0, requireStable: true);
        Assert.That(unstable.ErrorCode, Is.EqualTo(ErrorCode.UnstableOffsetCommit));
        Assert.That(unstable.CommittedOffset, Is.EqualTo(-1));
    }

    [Test]
    public async Task A_committed_transaction_moves_the_offset_and_an_aborted_one_does_not()
    {
        await using var harness = new GroupHarness();
        await Load(harness, Offset(1), Offset(5, producerId: 7), End(7, true), Offset(9, producerId: 8), End(8, false));
        var stable = await harness.FetchPartition("con", 0, requireStable: true);
        Assert.That(stable.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(stable.CommittedOffset, Is.EqualTo(5));
    }

    [Test]
    public async Task An_offset_committed_after_that_of_the_transaction_stays()
    {
        await using var harness = new GroupHarness();
        await Load(harness, Offset(5, producerId: 7), Offset(6), End(7, true));
        Assert.That(await harness.Committed(), Is.EqualTo(6));
    }

    [Test]
    public async Task A_tombstone_removes_what_the_transaction_would_commit()
    {
        await using var harness = new GroupHarness();
        await Load(harness, Offset(5, producerId: 7));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.None));
        harness.Storage.Entries(0).Add(End(7, true));
        harness.Coordinator.OnResignation(0, 3);
        harness.Coordinator.OnElection(0, 4);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
    }

    [Test]
    public async Task Live_offsets_are_held_until_the_marker_arrives_and_survive_a_reload()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(1);
        Assert.That(await harness.CommitInTransaction(7, 5), Is.EqualTo(ErrorCode.None));
        Reload(harness, 1);
        Assert.That(await harness.Committed(), Is.EqualTo(1));
        Assert.That(await harness.Stability(), Is.EqualTo(ErrorCode.UnstableOffsetCommit));
        Assert.That(await harness.EndTransaction(7, committed: true), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Committed(), Is.EqualTo(5));
        Assert.That(await harness.Stability(), Is.EqualTo(ErrorCode.None));
        Reload(harness, 3);
        Assert.That(await harness.Committed(), Is.EqualTo(5));
        Assert.That(harness.Storage.Entries(0).Select(entry => entry.EndTransaction), Is.EqualTo(new bool?[] { null, null, true }));
    }

    [Test]
    public async Task An_aborted_transaction_leaves_no_trace()
    {
        await using var harness = new GroupHarness();
        await harness.CommitInTransaction(7, 5);
        await harness.EndTransaction(7, committed: false);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(await harness.Stability(), Is.EqualTo(ErrorCode.None));
        await harness.CommitInTransaction(7, 6);
        await harness.EndTransaction(7, committed: true);
        Assert.That(await harness.Committed(), Is.EqualTo(6), "the next transaction of the same producer");
    }

    [Test]
    public async Task Of_two_open_transactions_the_offset_that_was_written_last_wins_in_whatever_order_they_end()
    {
        await using var harness = new GroupHarness();
        await harness.CommitInTransaction(7, 5);
        await harness.CommitInTransaction(8, 6);
        await harness.EndTransaction(8, committed: true);
        Assert.That(await harness.Stability(), Is.EqualTo(ErrorCode.UnstableOffsetCommit), "that of the other producer");
        await harness.EndTransaction(7, committed: true);
        Assert.That(await harness.Committed(), Is.EqualTo(6));
        Assert.That(await harness.Stability(), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_marker_without_offsets_is_written_and_changes_nothing()
    {
        await using var harness = new GroupHarness();
        Assert.That(await harness.EndTransaction(7, committed: true), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.EndTransaction(7, committed: true), Is.EqualTo(ErrorCode.None), "repeated by the coordinator");
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_marker_is_refused_where_the_partition_is_not_served()
    {
        await using var harness = new GroupHarness();
        Assert.That(await harness.EndTransaction(7, true, partition: 9), Is.EqualTo(ErrorCode.NotCoordinator));
        harness.Coordinator.OnResignation(0, 1);
        Assert.That(await harness.EndTransaction(7, true), Is.EqualTo(ErrorCode.NotCoordinator));
        var gate = harness.Storage.LoadGate = new TaskCompletionSource();
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.EndTransaction(7, true), Is.EqualTo(ErrorCode.CoordinatorLoadInProgress));
        gate.SetResult();
        await harness.DisposeAsync();
        Assert.That(await harness.EndTransaction(7, true), Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
    }

    [TestCase(ErrorCode.InvalidProducerEpoch)]
    [TestCase(ErrorCode.TransactionCoordinatorFenced)]
    [TestCase(ErrorCode.NotEnoughReplicas)]
    public async Task A_marker_that_the_log_refuses_changes_nothing(ErrorCode error)
    {
        await using var harness = new GroupHarness();
        await harness.CommitInTransaction(7, 5);
        harness.Storage.AppendError = error;
        Assert.That(await harness.EndTransaction(7, committed: true), Is.EqualTo(error));
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(await harness.Stability(), Is.EqualTo(ErrorCode.UnstableOffsetCommit));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.EndTransaction(7, committed: true), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Committed(), Is.EqualTo(5));
    }

    [Test]
    public async Task An_offset_that_the_log_refuses_is_not_pending()
    {
        await using var harness = new GroupHarness();
        harness.Storage.AppendError = ErrorCode.InvalidTxnState;
        Assert.That(await harness.CommitInTransaction(7, 5), Is.EqualTo(ErrorCode.InvalidTxnState));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.Stability(), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound), "the simple group is gone, too");
        await harness.EndTransaction(7, committed: true);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
    }

    [Test]
    public async Task A_topic_that_is_deleted_takes_the_pending_offsets_with_it()
    {
        await using var harness = new GroupHarness();
        await harness.CommitInTransaction(7, 5);
        await harness.CommitInTransaction(7, 6, topic: "con-b");
        harness.DeleteTopic("con", harness.Topics.TopicId("con"));
        Assert.That(await harness.Stability(), Is.EqualTo(ErrorCode.None));
        await harness.EndTransaction(7, committed: true);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(await harness.Committed("con-b"), Is.EqualTo(6));
    }

    [Test]
    public async Task OffsetDelete_removes_pending_offsets()
    {
        await using var harness = new GroupHarness();
        await harness.CommitInTransaction(7, 5);
        await harness.Coordinator.Offsets.DeleteAsync(GroupHarness.Context(0), new OffsetDeleteRequest
        {
            GroupId = GroupHarness.GroupId,
            Topics = [new() { Name = "con", Partitions = [new() { PartitionIndex = 0 }] }],
        });
        Assert.That(await harness.Stability(), Is.EqualTo(ErrorCode.None));
        await harness.EndTransaction(7, committed: true);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
    }

    [Test]
    public async Task Neither_an_offset_nor_its_group_expires_while_a_transaction_is_open()
    {
        await using var harness = new GroupHarness(new Configs.GroupCoordinatorConfig
        {
            OffsetsRetention = TimeSpan.FromMinutes(1),
            OffsetsRetentionCheckInterval = TimeSpan.FromMinutes(1),
        });
        await harness.Commit(1);
        await harness.Commit(2, partition: 1);
        await harness.CommitInTransaction(7, 5);
        harness.Advance(TimeSpan.FromMinutes(3).TotalMilliseconds);
        Assert.That(await harness.Committed(), Is.EqualTo(1), "another offset of the partition is pending");
        Assert.That(await harness.Committed(partition: 1), Is.EqualTo(-1));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Empty"));
        await harness.EndTransaction(7, committed: false);
        harness.Advance(TimeSpan.FromMinutes(1).TotalMilliseconds);
        Assert.That((await harness.Describe()).ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    private static void Reload(GroupHarness harness, int epoch)
    {
        harness.Coordinator.OnResignation(0, epoch);
        harness.Coordinator.OnElection(0, epoch + 1);
    }

    private static Task Load(GroupHarness harness, params MemoryCoordinatorStorage.Entry[] entries)
    {
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.Entries(0).AddRange(entries);
        harness.Coordinator.OnElection(0, 2);
        return Task.CompletedTask;
    }

    private static MemoryCoordinatorStorage.Entry Offset(long offset, long producerId = -1)
    {
        var value = new OffsetCommitValue { Offset = offset, LeaderEpoch = -1, Metadata = "", CommitTimestamp = 0, ExpireTimestamp = -1 };
        var record = new Records.OffsetCommitRecord("group", "con", 0, value);
        var key = new System.Buffers.ArrayBufferWriter<byte>();
        record.WriteKey(key);
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        record.WriteValue(bytes);
        return new MemoryCoordinatorStorage.Entry(key.WrittenSpan.ToArray(), bytes.WrittenSpan.ToArray(), producerId);
    }

    private static MemoryCoordinatorStorage.Entry End(long producerId, bool committed) => new([], null, producerId, committed);
}
