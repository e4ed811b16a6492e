using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>
/// Handles ElectLeaders, and periodically moves leadership back to preferred replicas. On the controller's event loop only.
/// </summary>
internal sealed class ElectionControl(ControllerState state, LeaderAndIsrControl leaders)
{
    private const sbyte Preferred = 0;
    private const sbyte Unclean = 1;

    public CommandResult<MetadataRecord, ElectLeadersResponse> Elect(ElectLeadersRequest request)
    {
        if (request.ElectionType is not (Preferred or Unclean))
            throw new StateMachineException(ErrorCode.InvalidRequest, $"Unknown election type {request.ElectionType}");
        var records = new List<MetadataRecord>();
        var response = new ElectLeadersResponse();
        if (request.TopicPartitions is { } wanted)
        {
            foreach (var topic in wanted)
            {
                response.ReplicaElectionResults.Add(new ElectLeadersResponse.ReplicaElectionResult
                {
                    Topic = topic.Topic,
                    PartitionResult = [.. topic.Partitions.Select(partition =>
                        Result(topic.Topic, partition, request.ElectionType, records))],
                });
            }
        }
        else
        {
            foreach (var topic in state.Image.Topics.ById.Values)
            {
                // The response to a request for all partitions leaves out those that need no election.
                var results = topic.Partitions.Select(p => Result(topic.Name, p.Key, request.ElectionType, records));
                response.ReplicaElectionResults.Add(new ElectLeadersResponse.ReplicaElectionResult
                {
                    Topic = topic.Name, PartitionResult = [.. results.Where(result => result.ErrorCode != ErrorCode.ElectionNotNeeded)],
                });
            }
        }
        ControllerLimits.CheckRecords(records.Count);
        return new(records, response);
    }

    /// <summary>Moves leadership back to preferred replicas, of a limited number of partitions.</summary>
    public CommandResult<MetadataRecord, bool> BalanceLeaders(int limit)
    {
        var records = new List<MetadataRecord>();
        foreach (var (topic, id, partition) in leaders.Partitions())
        {
            if (partition.HasPreferredLeader || !partition.HasLeader)
                continue;
            var builder = leaders.Change(topic, id, partition);
            builder.Election = PartitionElection.Preferred;
            if (builder.Build() is { } record)
                records.Add(record);
            if (records.Count >= limit)
                return new(records, true);
        }
        return new(records, false);
    }

    private ElectLeadersResponse.PartitionResult Result(string topic, int partition, sbyte type, List<MetadataRecord> records)
    {
        var (code, message) = Elect(topic, partition, type, records);
        return new ElectLeadersResponse.PartitionResult { PartitionId = partition, ErrorCode = code, ErrorMessage = message };
    }

    private ApiError Elect(string name, int id, sbyte type, List<MetadataRecord> records)
    {
        if (state.Image.Topics.Topic(name) is not { } topic)
            return new(ErrorCode.UnknownTopicOrPartition, $"No such topic as {name}");
        if (topic.Partition(id) is not { } partition)
            return new(ErrorCode.UnknownTopicOrPartition, $"No such partition as {name}-{id}");
        if (type == Preferred ? partition.HasPreferredLeader : partition.HasLeader)
            return new(ErrorCode.ElectionNotNeeded, ErrorCode.ElectionNotNeeded.Message());
        var builder = leaders.Change(topic, id, partition);
        builder.Election = type == Preferred ? PartitionElection.Preferred : PartitionElection.Unclean;
        if (builder.Build() is not { } record)
        {
            var code = type == Preferred ? ErrorCode.PreferredLeaderNotAvailable : ErrorCode.EligibleLeadersNotAvailable;
            return new(code, code.Message());
        }
        records.Add(record);
        return new(ErrorCode.None);
    }
}
