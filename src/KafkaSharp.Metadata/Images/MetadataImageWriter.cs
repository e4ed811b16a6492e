using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Images;

/// <summary>
/// Converts an image to the records of a snapshot, in Kafka's order: features, brokers, controllers, topics with their partitions, configs,
/// quotas, producer ids, ACLs, SCRAM credentials, delegation tokens. Replaying them into an empty image gives an equal image.
/// </summary>
public static class MetadataImageWriter
{
    public static IEnumerable<MetadataRecord> Records(MetadataImage image)
    {
        var version = image.Features.MetadataVersionOrMinimum;
        return Features(image)
            .Concat(Cluster(image, version))
            .Concat(Topics(image, version))
            .Concat(Configs(image))
            .Concat(Quotas(image))
            .Concat(Credentials(image));
    }

    private static IEnumerable<MetadataRecord> Features(MetadataImage image) =>
        image.Features.All().Select(feature => Record(new FeatureLevelRecord { Name = feature.Key, FeatureLevel = feature.Value }));

    private static IEnumerable<MetadataRecord> Cluster(MetadataImage image, MetadataVersion version)
    {
        foreach (var broker in image.Cluster.Brokers.Values)
            yield return new MetadataRecord(RegistrationRecords.ToRecord(broker, version), version.RegisterBrokerRecordVersion);
        foreach (var controller in image.Cluster.Controllers.Values)
            yield return Record(RegistrationRecords.ToRecord(controller));
    }

    private static IEnumerable<MetadataRecord> Topics(MetadataImage image, MetadataVersion version)
    {
        var partitionVersion = version.PartitionRecordVersion;
        foreach (var topic in image.Topics.ById.Values)
        {
            yield return Record(new TopicRecord { Name = topic.Name, TopicId = topic.Id });
            foreach (var (id, partition) in topic.Partitions)
                yield return new MetadataRecord(partition.ToRecord(topic.Id, id, partitionVersion), partitionVersion);
        }
    }

    private static IEnumerable<MetadataRecord> Configs(MetadataImage image)
    {
        foreach (var (resource, configs) in image.Configs.Resources)
        {
            foreach (var (name, value) in configs)
            {
                yield return Record(new ConfigRecord
                {
                    ResourceType = (sbyte)resource.Type, ResourceName = resource.Name, Name = name, Value = value,
                });
            }
        }
    }

    private static IEnumerable<MetadataRecord> Quotas(MetadataImage image)
    {
        foreach (var (entity, quotas) in image.ClientQuotas.Entities)
        {
            foreach (var (key, value) in quotas)
            {
                yield return Record(new ClientQuotaRecord
                {
                    Entity = [.. entity.Parts().Select(p => new ClientQuotaRecord.EntityData { EntityType = p.Type, EntityName = p.Name })],
                    Key = key,
                    Value = value,
                });
            }
        }
        if (!image.ProducerIds.IsEmpty)
            yield return Record(new ProducerIdsRecord
            {
                BrokerId = -1, BrokerEpoch = -1, NextProducerId = image.ProducerIds.NextProducerId,
            });
    }

    private static IEnumerable<MetadataRecord> Credentials(MetadataImage image) =>
        image.Acls.Entries.Values.Select(Record)
            .Concat(image.Scram.Credentials.Values.Select(Record))
            .Concat(image.DelegationTokens.Tokens.Values.Select(Record));

    private static MetadataRecord Record(IRecordMessage message) => new(message, 0);
}
