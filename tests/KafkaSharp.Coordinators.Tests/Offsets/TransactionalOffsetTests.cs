using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Offsets;

/// <summary>Offsets that transactions committed, as a log with them is loaded.</summary>
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
