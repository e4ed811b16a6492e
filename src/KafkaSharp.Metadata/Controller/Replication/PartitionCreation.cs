using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>Handles CreatePartitions: adds partitions to topics. On the controller's event loop only.</summary>
internal sealed class PartitionCreation(ControllerState state, PartitionPlacement placement)
{
    public CommandResult<MetadataRecord, CreatePartitionsResponse> Create(CreatePartitionsRequest request)
    {
        var records = new List<MetadataRecord>();
        var response = new CreatePartitionsResponse();
        var counts = request.Topics.CountBy(topic => topic.Name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        ControllerLimits.CheckRecords(request.Topics.Sum(topic =>
            topic.Assignments?.Count
            ?? Math.Max(0L, (long)topic.Count - (state.Image.Topics.Topic(topic.Name)?.PartitionCount ?? topic.Count))));
        foreach (var topic in request.Topics.DistinctBy(topic => topic.Name, StringComparer.Ordinal))
        {
            var result = new CreatePartitionsResponse.CreatePartitionsTopicResult { Name = topic.Name };
            try
            {
                if (counts[topic.Name] > 1)
                    throw new StateMachineException(ErrorCode.InvalidRequest, "Duplicate topic name.");
                if (state.Image.Topics.Topic(topic.Name) is { } existing)
                    Create(topic, existing, records);
                else
                    result.ErrorCode = ErrorCode.UnknownTopicOrPartition;
            }
            catch (StateMachineException e)
            {
                result.ErrorCode = e.ErrorCode;
                result.ErrorMessage = e.Message;
            }
            response.Results.Add(result);
        }
        return new(request.ValidateOnly ? [] : records, response, IsAtomic: true);
    }

    private void Create(CreatePartitionsRequest.CreatePartitionsTopic topic, TopicImage existing, List<MetadataRecord> records)
    {
        var count = existing.PartitionCount;
        if (topic.Count == count)
            throw new StateMachineException(ErrorCode.InvalidPartitions, $"Topic already has {count} partition(s).");
        if (topic.Count < count)
        {
            throw new StateMachineException(
                ErrorCode.InvalidPartitions,
                $"The topic {topic.Name} currently has {count} partition(s); {topic.Count} would not be an increase.");
        }
        var additional = topic.Count - count;
        var replicas = existing.Partition(0)!.Replicas.Length;
        var version = state.Features.MetadataVersionOrMinimum.PartitionRecordVersion;
        var id = count;
        foreach (var partition in Partitions(topic, count, additional, replicas))
            records.Add(new MetadataRecord(partition.ToRecord(existing.Id, id++, version), version));
    }

    private List<PartitionRegistration> Partitions(CreatePartitionsRequest.CreatePartitionsTopic topic, int first, int additional,
        int replicas)
    {
        if (topic.Assignments is not { } assignments)
            return placement.Place(additional, replicas);
        if (assignments.Count != additional)
        {
            throw new StateMachineException(
                ErrorCode.InvalidReplicaAssignment,
                $"Attempted to add {additional} additional partition(s), but only {assignments.Count} assignment(s) were specified.");
        }
        return [.. assignments.Select((assignment, index) => placement.PlaceManually([.. assignment.BrokerIds], first + index, replicas))];
    }
}
