using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>
/// Handles CreateTopics: each topic succeeds or fails by itself, and all that succeed are created at once. On the controller's event loop
/// only.
/// </summary>
internal sealed class TopicCreation(
    QuorumControllerOptions options, ControllerState state, PartitionPlacement placement, ConfigurationControl configurations,
        Random random, ILogger logger)
{
    public CommandResult<MetadataRecord, CreateTopicsResponse> Create(CreateTopicsRequest request)
    {
        // Before any record is made, because the request may name billions of partitions.
        ControllerLimits.CheckPartitions(request.Topics.Sum(RequestedPartitions));
        var records = new List<MetadataRecord>();
        var response = new CreateTopicsResponse();
        var counts = request.Topics.CountBy(topic => topic.Name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var topic in request.Topics)
        {
            if (!seen.Add(topic.Name))
                continue;
            try
            {
                if (counts[topic.Name] > 1)
                    throw new StateMachineException(ErrorCode.InvalidRequest, "Duplicate topic name.");
                response.Topics.Add(Create(topic, records));
            }
            catch (StateMachineException e)
            {
                response.Topics.Add(new CreateTopicsResponse.CreatableTopicResult
                {
                    Name = topic.Name, ErrorCode = e.ErrorCode, ErrorMessage = e.Message, Configs = [],
                });
            }
            ControllerLimits.CheckRecords(records.Count);
        }
        if (request.ValidateOnly)
            return new([], response);
        foreach (var topic in response.Topics.Where(topic => topic.ErrorCode == ErrorCode.None))
            logger.TopicCreated(topic.Name, topic.TopicId, topic.NumPartitions);
        return new(records, response, IsAtomic: true);
    }

    private long RequestedPartitions(CreateTopicsRequest.CreatableTopic topic) => topic.Assignments.Count > 0 ? topic.Assignments.Count
        : topic.NumPartitions == -1 ? options.DefaultNumPartitions
        : Math.Max(0, topic.NumPartitions);

    private CreateTopicsResponse.CreatableTopicResult Create(CreateTopicsRequest.CreatableTopic topic, List<MetadataRecord> records)
    {
        if (topic.Name == TopicName.ClusterMetadata)
            throw new StateMachineException(ErrorCode.InvalidRequest,
                $"Creation of internal topic {TopicName.ClusterMetadata} is prohibited.");
        CheckName(topic.Name);
        var resource = ConfigResource.Topic(topic.Name);
        var configs = configurations.Create(resource, topic.Configs.Select(config => (config.Name, config.Value)));
        var partitions = Partitions(topic);

        var id = Uuid.Random(random);
        records.Add(new MetadataRecord(new TopicRecord { Name = topic.Name, TopicId = id }, 0));
        // Kafka writes configurations between a topic and its partitions, so that they are known when the partitions are read.
        records.AddRange(configs.Records);
        var version = state.Features.MetadataVersionOrMinimum.PartitionRecordVersion;
        for (var partition = 0; partition < partitions.Count; partition++)
            records.Add(new MetadataRecord(partitions[partition].ToRecord(id, partition, version), version));

        return new CreateTopicsResponse.CreatableTopicResult
        {
            Name = topic.Name,
            TopicId = id,
            ErrorMessage = null,
            NumPartitions = partitions.Count,
            ReplicationFactor = (short)partitions[0].Replicas.Length,
            Configs =
            [
                .. configurations.EffectiveTopicConfigs(configs.Values).Select(config => new CreateTopicsResponse.CreatableTopicConfigs
                {
                    Name = config.Name,
                    Value = config.IsSensitive ? null : config.Value,
                    ConfigSource = config.Source,
                    ReadOnly = config.IsReadOnly,
                    IsSensitive = config.IsSensitive,
                }),
            ],
        };
    }

    private void CheckName(string name)
    {
        if (TopicName.Invalid(name) is { } fault)
            throw new StateMachineException(ErrorCode.InvalidTopicException, fault);
        if (state.Image.Topics.Topic(name) is not null)
            throw new StateMachineException(ErrorCode.TopicAlreadyExists, $"Topic '{name}' already exists.");
        if (state.Image.Topics.Colliding(name) is { } other)
            throw new StateMachineException(ErrorCode.InvalidTopicException, $"Topic '{name}' collides with existing topic: {other}");
    }

    private List<PartitionRegistration> Partitions(CreateTopicsRequest.CreatableTopic topic)
    {
        if (topic.Assignments.Count > 0)
            return Assigned(topic);
        if (topic.ReplicationFactor is < -1 or 0)
        {
            throw new StateMachineException(
                ErrorCode.InvalidReplicationFactor, "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        if (topic.NumPartitions is < -1 or 0)
            throw new StateMachineException(ErrorCode.InvalidPartitions, "Number of partitions was set to an invalid non-positive value.");
        var count = topic.NumPartitions == -1 ? options.DefaultNumPartitions : topic.NumPartitions;
        var replicas = topic.ReplicationFactor == -1 ? options.DefaultReplicationFactor : topic.ReplicationFactor;
        try
        {
            return placement.Place(count, replicas);
        }
        catch (StateMachineException e) when (e.ErrorCode == ErrorCode.InvalidReplicationFactor)
        {
            throw new StateMachineException(e.ErrorCode, $"Unable to replicate the partition {replicas} time(s): {e.Message}", e);
        }
    }

    private List<PartitionRegistration> Assigned(CreateTopicsRequest.CreatableTopic topic)
    {
        if (topic.ReplicationFactor != -1)
        {
            throw new StateMachineException(
                ErrorCode.InvalidRequest, "A manual partition assignment was specified, but replication factor was not set to -1.");
        }
        if (topic.NumPartitions != -1)
        {
            throw new StateMachineException(
                ErrorCode.InvalidRequest, "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }
        var assigned = new SortedDictionary<int, PartitionRegistration>();
        int? replicationFactor = null;
        foreach (var assignment in topic.Assignments)
        {
            if (assigned.ContainsKey(assignment.PartitionIndex))
            {
                throw new StateMachineException(
                    ErrorCode.InvalidReplicaAssignment,
                    $"Found multiple manual partition assignments for partition {assignment.PartitionIndex}");
            }
            var partition = placement.PlaceManually([.. assignment.BrokerIds], assignment.PartitionIndex, replicationFactor);
            assigned.Add(assignment.PartitionIndex, partition);
            replicationFactor = partition.Replicas.Length;
        }
        if (assigned.Keys.First() != 0 || assigned.Keys.Last() != assigned.Count - 1)
            throw new StateMachineException(ErrorCode.InvalidReplicaAssignment,
                "partitions should be a consecutive 0-based integer sequence");
        return [.. assigned.Values];
    }
}
