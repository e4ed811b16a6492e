using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Tests.Deltas;

internal sealed class LocalReplicaChangesTests
{
    private static readonly Uuid s_id = new(1, 1);

    [Test]
    public void A_created_topic_is_led_and_followed()
    {
        var delta = Replay(
            MetadataImage.Empty, new TopicRecord { Name = "t", TopicId = s_id }, Partition(0, 1, 2), Partition(1, 2, 1), Partition(
                2, 2, 3));
        var changes = delta.Topics!.LocalChanges(1);
        Assert.That(changes.Leaders.Select(replica => replica.Partition.Partition), Is.EqualTo(new[] { 0 }));
        Assert.That(changes.ElectedLeaders, Has.Count.EqualTo(1));
        Assert.That(changes.Followers.Select(replica => replica.Partition.Partition), Is.EqualTo(new[] { 1 }));
        Assert.That(changes.Deletes, Is.Empty);
    }

    [Test]
    public void A_change_that_leaves_the_leader_epoch_elects_nobody()
    {
        var delta = Replay(Created(), new PartitionChangeRecord { TopicId = s_id, PartitionId = 0, Isr = [1] });
        var changes = delta.Topics!.LocalChanges(1);
        Assert.That(changes.Leaders.Single().Registration.Isr, Is.EqualTo(new[] { 1 }));
        Assert.That(changes.ElectedLeaders, Is.Empty);
    }

    [Test]
    public void A_replica_that_moves_away_is_deleted_and_one_that_comes_is_followed()
    {
        var delta = Replay(
            Created(), new PartitionChangeRecord { TopicId = s_id, PartitionId = 0, Replicas = [2, 3], Isr = [2, 3], Leader = 2 });
        Assert.That(delta.Topics!.LocalChanges(1).Deletes.Single(), Is.EqualTo(new TopicIdPartition(s_id, new TopicPartition("t", 0))));
        Assert.That(delta.Topics.LocalChanges(3).Followers, Has.Count.EqualTo(1));
        Assert.That(delta.Topics.LocalChanges(2).ElectedLeaders, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_deleted_topic_is_deleted_where_it_lay_and_one_made_again_is_another()
    {
        var other = new Uuid(2, 2);
        var delta = Replay(
            Created(), new RemoveTopicRecord { TopicId = s_id }, new TopicRecord { Name = "t", TopicId = other },
            new PartitionRecord { TopicId = other, PartitionId = 0, Replicas = [1], Isr = [1], Leader = 1 });
        var changes = delta.Topics!.LocalChanges(1);
        Assert.That(changes.Deletes.Select(partition => partition.TopicId), Is.EqualTo(new[] { s_id, s_id }));
        Assert.That(changes.Leaders.Single().TopicId, Is.EqualTo(other));
        var image = delta.Apply(MetadataProvenance.Empty);
        Assert.That(image.Topics.Topic("t")!.Id, Is.EqualTo(other));
        Assert.That(image.Topics.Topic(s_id), Is.Null);
    }

    private static MetadataImage Created() =>
        Replay(MetadataImage.Empty, new TopicRecord { Name = "t", TopicId = s_id }, Partition(0, 1, 2), Partition(1, 2, 1))
            .Apply(MetadataProvenance.Empty);

    private static PartitionRecord Partition(int id, params int[] replicas) =>
        new() { TopicId = s_id, PartitionId = id, Replicas = [.. replicas], Isr = [.. replicas], Leader = replicas[0] };

    private static MetadataDelta Replay(MetadataImage image, params IRecordMessage[] messages)
    {
        var delta = new MetadataDelta(image);
        foreach (var message in messages)
            delta.Replay(new(message, 0));
        return delta;
    }
}
