using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.Coordination;

internal sealed class CoordinatorPartitionTests
{
    [Test]
    public async Task An_append_of_another_leader_epoch_is_refused()
    {
        await using var leader = new LeaderFixture();
        using var partition = await Open(leader);
        Assert.That(partition.Append(Batch(), 0, 0), Is.EqualTo(1));
        leader.Update(new PartitionChangeRecord { TopicId = LeaderFixture.TopicId, PartitionId = 0, Leader = 1 });
        Assert.That(leader.Partition.LeaderEpoch, Is.EqualTo(1));
        Assert.That(() => partition.Append(Batch(), 0, 0), Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That(partition.LogEndOffset, Is.EqualTo(1));
        Assert.That(partition.Append(Batch(), 1, 0), Is.EqualTo(2));
    }

    [Test]
    public async Task A_high_watermark_that_metadata_moves_is_reported()
    {
        await using var leader = new LeaderFixture(1, 2);
        var partition = await Open(leader);
        var reported = new List<long>();
        partition.Subscribe(reported.Add);
        partition.Append(Batch(), 0, 0);
        Assert.That(partition.HighWatermark, Is.Zero);
        leader.Update(new PartitionChangeRecord { TopicId = LeaderFixture.TopicId, PartitionId = 0, Isr = [1] });
        Assert.That(reported, Is.EqualTo(new[] { 1L }));
        partition.Dispose();
        partition.Append(Batch(), 0, 0);
        Assert.That(reported, Has.Count.EqualTo(1), "nothing after the shard is unloaded");
    }

    [Test]
    public async Task With_too_few_replicas_in_sync_a_group_record_waits_for_them_and_a_transaction_record_is_refused()
    {
        await using var leader = new LeaderFixture(1, 2);
        leader.Update(new ConfigRecord
        {
            ResourceType = (sbyte)ConfigResourceType.Topic,
            ResourceName = "t",
            Name = "min.insync.replicas",
            Value = "2",
        });
        leader.Update(new PartitionChangeRecord { TopicId = LeaderFixture.TopicId, PartitionId = 0, Isr = [1] });
        using var groups = await Open(leader, requiredAcks: 1);
        using var transactions = await Open(leader, requiredAcks: -1);
        Assert.That(groups.Append(Batch(), 0, 0), Is.EqualTo(1));
        Assert.That(groups.HighWatermark, Is.Zero, "not committed");
        Assert.That(() => transactions.Append(Batch(), 0, 0), Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.NotEnoughReplicas));
    }

    [Test]
    public async Task What_was_appended_is_read_in_whole_batches_up_to_the_log_end()
    {
        await using var leader = new LeaderFixture(1, 2);
        using var partition = await Open(leader);
        partition.Append(Batch(), 0, 0);
        partition.Append(Batch(), 0, 0);
        using var read = partition.Read(0, 1);
        Assert.That(read.Records.Length, Is.EqualTo(Batch().Length), "one batch at least, above the high watermark too");
        Assert.That(() => partition.Read(5, 1000), Throws.TypeOf<StateMachineException>());
    }

    [Test]
    public async Task A_partition_that_is_not_here_cannot_be_opened()
    {
        await using var leader = new LeaderFixture();
        Assert.That(async () => await new CoordinatorStorage(leader.Replicas, "t", requiredAcks: 1).OpenAsync(1, CancellationToken.None),
            Throws.TypeOf<StateMachineException>());
    }

    [Test]
    public async Task The_first_image_fixes_the_number_of_partitions_that_groups_are_spread_over()
    {
        await using var leader = new LeaderFixture();
        await using var coordinator = new GroupCoordinator(
            new CoordinatorStorage(leader.Replicas, OffsetsTopic.Name, requiredAcks: 1), new ImageTopicLookup(() => MetadataImage.Empty),
            new GroupCoordinatorConfig(),
            leader.Time, Guid.NewGuid, NullLogger.Instance);
        var publisher = new CoordinatorPublisher("GroupCoordinator", 1, OffsetsTopic.Name, 7, coordinator);
        Assert.That(coordinator.PartitionFor("a"), Is.Null);
        var image = Publish(publisher, MetadataImage.Empty, partitions: 3);
        var groups = Enumerable.Range(0, 100).Select(i => $"group-{i}").ToArray();
        var places = groups.Select(coordinator.PartitionFor).ToArray();
        Assert.That(places, Has.All.LessThan(3));
        Publish(publisher, image, partitions: 50);
        Assert.That(groups.Select(coordinator.PartitionFor), Is.EqualTo(places));
    }

    [Test]
    public async Task Without_the_topic_the_number_is_the_configured_one()
    {
        await using var leader = new LeaderFixture();
        await using var coordinator = new GroupCoordinator(
            new CoordinatorStorage(leader.Replicas, OffsetsTopic.Name, requiredAcks: 1), new ImageTopicLookup(() => MetadataImage.Empty),
            new GroupCoordinatorConfig(),
            leader.Time, Guid.NewGuid, NullLogger.Instance);
        var publisher = new CoordinatorPublisher("GroupCoordinator", 1, OffsetsTopic.Name, 2, coordinator);
        var delta = new MetadataDelta(MetadataImage.Empty);
        publisher.OnMetadataUpdate(delta, delta.Apply(new MetadataProvenance(0, 0, 0)));
        Assert.That(Enumerable.Range(0, 100).Select(i => coordinator.PartitionFor($"group-{i}")), Has.All.LessThan(2));
    }

    private static Task<ICoordinatorPartition> Open(LeaderFixture leader, short requiredAcks = -1) =>
        new CoordinatorStorage(leader.Replicas, "t", requiredAcks).OpenAsync(0, CancellationToken.None);

    private static byte[] Batch()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseSequence = 0 });
        builder.Append(0, new byte[4], new byte[4]);
        return builder.Build().ToArray();
    }

    private static MetadataImage Publish(CoordinatorPublisher publisher, MetadataImage before, int partitions)
    {
        var delta = new MetadataDelta(before);
        var id = new Uuid(8, 8);
        delta.Replay(new MetadataRecord(new TopicRecord { Name = OffsetsTopic.Name, TopicId = id }, 0));
        for (var partition = 0; partition < partitions; partition++)
        {
            delta.Replay(new MetadataRecord(
                new PartitionRecord { TopicId = id, PartitionId = partition, Replicas = [2], Isr = [2], Leader = 2, LeaderEpoch = 0 }, 0));
        }
        var image = delta.Apply(new MetadataProvenance(before.HighestOffset + 1, 0, 0));
        publisher.OnMetadataUpdate(delta, image);
        return image;
    }
}
