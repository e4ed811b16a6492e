using System.Text.Json.Nodes;
using KafkaSharp.Coordinators.Subscriptions;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Subscriptions;

internal sealed class MetadataHashTests
{
    [Test]
    public void The_hash_of_a_topic_is_that_of_Kafka()
    {
        var lines = Lines("topicHash").ToList();
        Assert.That(lines, Has.Count.EqualTo(6));
        Assert.Multiple(() =>
        {
            foreach (var line in lines)
            {
                var topic = line["topic"];
                var name = (string?)(topic is null ? line["missing"] : topic["name"]);
                var image = topic is null ? MetadataImage.Empty : Image(line);
                Assert.That(MetadataHash.OfTopic(image, name!), Is.EqualTo((long)line["hash"]!));
            }
        });
    }

    [Test]
    public void The_hash_of_a_group_is_that_of_Kafka()
    {
        var lines = Lines("groupHash").ToList();
        Assert.That(lines, Has.Count.EqualTo(16));
        Assert.Multiple(() =>
        {
            foreach (var line in lines)
            {
                var hashes = line["topicHashes"]!.AsObject().ToDictionary(topic => topic.Key, topic => (long)topic.Value!);
                Assert.That(MetadataHash.OfGroup(hashes), Is.EqualTo((long)line["hash"]!));
                Assert.That(MetadataHash.OfGroup(hashes.Reverse()), Is.EqualTo((long)line["hash"]!), "the order does not matter");
            }
        });
    }

    private static IEnumerable<JsonNode> Lines(string kind) => TestInfrastructure.Vectors.Lines("coordinator-math.jsonl.gz")
        .Select(line => JsonNode.Parse(line)!)
        .Where(line => (string?)line["kind"] == kind);

    private static MetadataImage Image(JsonNode line)
    {
        var topic = line["topic"]!;
        var id = Uuid.Parse((string)topic["id"]!);
        var delta = new MetadataDelta(MetadataImage.Empty);
        foreach (var (broker, rack) in line["racks"]!.AsObject())
            Replay(delta, new RegisterBrokerRecord { BrokerId = int.Parse(broker), Rack = (string?)rack, EndPoints = [], Features = [] });
        Replay(delta, new TopicRecord { Name = (string)topic["name"]!, TopicId = id });
        var partition = 0;
        foreach (var replicas in topic["partitionReplicas"]!.AsArray())
        {
            List<int> ids = [.. replicas!.AsArray().Select(replica => (int)replica!)];
            Replay(delta, new PartitionRecord { TopicId = id, PartitionId = partition++, Replicas = ids, Isr = ids, Leader = ids[0] });
        }
        return delta.Apply(MetadataProvenance.Empty);
    }

    private static void Replay(MetadataDelta delta, IRecordMessage message) => delta.Replay(new MetadataRecord(message, 0));
}
