using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ConfluentKafka;

internal static class Administering
{
    public static void Topics(IAdminClient admin, string topic)
    {
        admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 6, ReplicationFactor = 1 }]).Wait();
        try
        {
            admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 6 }]).Wait();
            throw new InvalidOperationException("a topic was created twice");
        }
        catch (AggregateException e) when (e.InnerException is CreateTopicsException inner)
        {
            Check.Equal(ErrorCode.TopicAlreadyExists, inner.Results[0].Error.Code, "error of the second creation");
        }
        var metadata = admin.GetMetadata(topic, TimeSpan.FromSeconds(20));
        Check.Equal(6, metadata.Topics[0].Partitions.Count, "partitions");
        Check.That(metadata.Topics[0].Partitions.All(p => p.Leader == metadata.Brokers[0].BrokerId), "a partition has no leader");
    }

    public static void Create(IAdminClient admin, params (string Name, int Partitions)[] topics) => admin.CreateTopicsAsync(
        topics.Select(topic => new TopicSpecification { Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = 1 }))
        .Wait();

    public static void Partitions(IAdminClient admin, string topic)
    {
        admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1 }]).Wait();
        admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }]).Wait();
        // A broker responds from its metadata image, which is updated after the commit at the controller.
        Consuming.Wait(() => admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics[0].Partitions.Count == 3, "three partitions");
        admin.DeleteTopicsAsync([topic]).Wait();
        Consuming.Wait(
            () => admin.GetMetadata(TimeSpan.FromSeconds(20)).Topics.TrueForAll(t => t.Topic != topic),
            "the topic to disappear from the list");
    }

    public static void Configs(IAdminClient admin, string topic)
    {
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        admin.AlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [resource] = [new ConfigEntry { Name = "retention.ms", Value = "123456" }],
        }).Wait();
        // A broker responds from its metadata image, which is updated after the commit at the controller.
        var entries = new Dictionary<string, ConfigEntryResult>();
        Consuming.Wait(
            () => (entries = admin.DescribeConfigsAsync([resource]).Result[0].Entries)["retention.ms"].Value == "123456",
            "the altered retention.ms");
        Check.Equal("1073741824", entries["segment.bytes"].Value, "segment.bytes");
        Check.That(entries["segment.bytes"].IsDefault && !entries["retention.ms"].IsDefault, "defaults");
        var broker = admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Broker, Name = "1" }]).Result[0].Entries;
        Check.That(broker.ContainsKey("log.retention.hours"), "the broker's configs lack log.retention.hours");
    }

    public static void Records(IAdminClient admin, string bootstrap, string topic)
    {
        admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1 }]).Wait();
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = bootstrap }).Build())
        {
            for (var i = 0; i < 10; i++)
                producer.Produce(topic, new Message<Null, string> { Value = "x" });
            producer.Flush(TimeSpan.FromSeconds(20));
        }
        var result = admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 4)]).Result;
        Check.Equal(4L, result[0].Offset.Value, "low watermark");
        using var consumer =
            new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = topic }).Build();
        var offsets = consumer.QueryWatermarkOffsets(new TopicPartition(topic, 0), TimeSpan.FromSeconds(20));
        Check.Equal((4L, 10L), (offsets.Low.Value, offsets.High.Value), "watermarks");
    }

    public static void Groups(IAdminClient admin, string group)
    {
        Check.That(admin.ListGroups(TimeSpan.FromSeconds(20)).Exists(g => g.Group == group), $"{group} is not listed");
        var described = admin.DescribeConsumerGroupsAsync([group]).Result.ConsumerGroupDescriptions[0];
        Check.Equal(ConsumerGroupState.Empty, described.State, "state");
        admin.DeleteGroupsAsync([group]).Wait();
        Check.That(!admin.ListGroups(TimeSpan.FromSeconds(20)).Exists(g => g.Group == group), $"{group} is still listed");
    }
}
