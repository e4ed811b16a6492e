using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Tests.Replication;

/// <summary>
/// An append whose partition changes between its checks, its preparation and its write: it is either written in the present epoch or
/// refused, and never written unnoticed.
/// </summary>
internal sealed class AppendRaceTests
{
    private LeaderFixture _leader = null!;

    private PartitionLog Log { get; set; } = null!;

    [SetUp]
    public void SetUp()
    {
        _leader = new LeaderFixture(1);
        Log = _leader.Partition.Log;
        _leader.Append();
    }

    [TearDown]
    public ValueTask TearDown() => _leader.DisposeAsync();

    [Test]
    public void A_demotion_after_the_preparation_refuses_the_append()
    {
        var partition = _leader.Partition;
        using var prepared = partition.Prepare(Batch(), AppendOrigin.Client);
        Lead(by: 2);
        Assert.That(partition.Append(prepared, 1).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        AssertEnd(1);
    }

    [Test]
    public void A_demotion_after_the_last_check_refuses_the_append()
    {
        using var prepared = _leader.Partition.Prepare(Batch(), AppendOrigin.Client);
        var checkedEpoch = _leader.Partition.LeaderEpoch;
        Lead(by: 2);
        Assert.That(Log.AppendAsLeader(prepared, checkedEpoch).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        AssertEnd(1);
    }

    [Test]
    public void An_election_after_the_last_check_refuses_the_append_in_the_epoch_before()
    {
        using var prepared = _leader.Partition.Prepare(Batch(), AppendOrigin.Client);
        var checkedEpoch = _leader.Partition.LeaderEpoch;
        Lead(by: 2);
        Lead(by: 1);
        Assert.That(Log.AppendAsLeader(prepared, checkedEpoch).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        AssertEnd(1);
    }

    [Test]
    public void An_election_after_the_preparation_writes_in_the_new_epoch_except_for_a_coordinator_of_the_epoch_before()
    {
        var partition = _leader.Partition;
        var before = partition.LeaderEpoch;
        using var prepared = partition.Prepare(Batch(), AppendOrigin.Client);
        Lead(by: 1);
        Assert.That(partition.LeaderEpoch, Is.GreaterThan(before));
        Assert.That(
            partition.Append(prepared, 1, expectedLeaderEpoch: before).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That(partition.Append(prepared, 1).FirstOffset, Is.EqualTo(1));
        Assert.That(Log.EpochForOffset(1), Is.EqualTo(partition.LeaderEpoch));
    }

    [Test]
    public void A_deletion_after_the_preparation_refuses_the_append_also_when_the_topic_is_created_again()
    {
        var partition = _leader.Partition;
        using var prepared = partition.Prepare(Batch(), AppendOrigin.Client);
        _leader.Delete();
        Assert.That(partition.Append(prepared, 1).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));

        var again = new Uuid(8, 8);
        _leader.Update(
            new TopicRecord { Name = "t", TopicId = again },
            new PartitionRecord { TopicId = again, PartitionId = 0, Replicas = [1], Isr = [1], Leader = 1, LeaderEpoch = 0,
                PartitionEpoch = 0 });
        Assert.That(partition.Append(prepared, 1).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That(_leader.PartitionOf(again).Log.LogEndOffset, Is.Zero);
    }

    [Test]
    public void A_log_that_is_closed_after_the_last_check_refuses_the_append()
    {
        var partition = _leader.Partition;
        using var prepared = partition.Prepare(Batch(), AppendOrigin.Client);
        Log.CloseAbruptly();
        Assert.That(partition.Append(prepared, 1).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(partition.Prepare(Batch(), AppendOrigin.Client).ErrorCode, Is.EqualTo(ErrorCode.None), "it touches no file");
    }

    private static byte[] Batch()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(0, default, "v"u8, hasKey: false);
        return builder.Build().ToArray();
    }

    private void Lead(int by) =>
        _leader.Update(
            new PartitionChangeRecord { TopicId = LeaderFixture.TopicId, PartitionId = 0, Replicas = [1, 2], Isr = [by], Leader = by });

    private void AssertEnd(long end) => Assert.That((Log.LogEndOffset, Log.HighWatermark), Is.EqualTo((end, end)));
}
