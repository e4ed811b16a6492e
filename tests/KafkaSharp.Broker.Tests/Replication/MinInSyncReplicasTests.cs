using KafkaSharp.Broker.Replication;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Replication;

/// <summary>
/// A partition with fewer in-sync replicas than <c>min.insync.replicas</c> commits nothing (KIP-966): acks=all is never acknowledged with
/// fewer copies than were asked for.
/// </summary>
internal sealed class MinInSyncReplicasTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private LeaderFixture _leader = null!;

    [SetUp]
    public void SetUp() => _leader = new LeaderFixture(1, 2);

    [TearDown]
    public ValueTask TearDown() => _leader.DisposeAsync();

    [Test]
    public async Task What_was_appended_before_too_few_replicas_were_in_sync_is_neither_acknowledged_nor_visible()
    {
        SetMinInSyncReplicas(2);
        _leader.Append();
        var produce = WaitForReplicas(1);
        SetIsr(1);
        Assert.That(_leader.Partition.Log.HighWatermark, Is.Zero);
        Assert.That(produce.IsCompleted, Is.False);
        Assert.That(_leader.FetchAsync(0).Result[0].Records.IsEmpty);

        _leader.Time.Advance(TimeSpan.FromMilliseconds(30));
        Assert.That(await produce.WaitAsync(s_patience), Is.EqualTo(new[] { ErrorCode.RequestTimedOut }));
    }

    [Test]
    public void Records_with_acks_1_become_visible_when_enough_replicas_are_in_sync()
    {
        SetMinInSyncReplicas(2);
        SetIsr(1);
        _leader.Append();
        Assert.That(_leader.Partition.Log.HighWatermark, Is.Zero);

        SetMinInSyncReplicas(1);
        _leader.Append();
        Assert.That(_leader.Partition.Log.HighWatermark, Is.EqualTo(2));
    }

    [Test]
    public async Task A_produce_fails_when_too_few_replicas_are_in_sync_after_the_commit()
    {
        _leader.Append();
        SetIsr(1);
        Assert.That(_leader.Partition.Log.HighWatermark, Is.EqualTo(1));

        SetMinInSyncReplicas(2);
        Assert.That(await WaitForReplicas(1).WaitAsync(s_patience), Is.EqualTo(new[] { ErrorCode.NotEnoughReplicasAfterAppend }));
    }

    private void SetIsr(params int[] isr) =>
        _leader.Update(new PartitionChangeRecord { TopicId = LeaderFixture.TopicId, PartitionId = 0, Isr = [.. isr] });

    private void SetMinInSyncReplicas(int count) => _leader.Update(new ConfigRecord
    {
        ResourceType = (sbyte)ConfigResourceType.Topic,
        ResourceName = "t",
        Name = "min.insync.replicas",
        Value = $"{count}",
    });

    private Task<ErrorCode[]> WaitForReplicas(long offset)
    {
        var wait = new ReplicationWait(_leader.Timers);
        wait.Add(_leader.Partition, offset);
        return wait.WaitAsync(TimeSpan.FromMilliseconds(30));
    }
}
