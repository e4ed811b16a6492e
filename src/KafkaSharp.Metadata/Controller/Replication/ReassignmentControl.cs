using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>Handles AlterPartitionReassignments and ListPartitionReassignments (KIP-455). On the controller's event loop only.</summary>
internal sealed class ReassignmentControl(
    ControllerState state, LeaderAndIsrControl leaders, PartitionPlacement placement, TopicSettings settings)
{
    public CommandResult<MetadataRecord, AlterPartitionReassignmentsResponse> Alter(AlterPartitionReassignmentsRequest request)
    {
        // As in Kafka, such a response consists of default values.
        if (request.Topics.Count == 0)
            return new([], new AlterPartitionReassignmentsResponse());
        var records = new List<MetadataRecord>();
        var response = new AlterPartitionReassignmentsResponse { ErrorMessage = null,
            AllowReplicationFactorChange = request.AllowReplicationFactorChange };
        foreach (var topic in request.Topics)
        {
            var results = topic.Partitions.Select(partition =>
            {
                var error = Alter(topic.Name, partition, request.AllowReplicationFactorChange, records);
                return new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse
                {
                    PartitionIndex = partition.PartitionIndex, ErrorCode = error.Code, ErrorMessage = error.Message,
                };
            });
            response.Responses.Add(new AlterPartitionReassignmentsResponse.ReassignableTopicResponse { Name = topic.Name,
                Partitions = [.. results] });
        }
        ControllerLimits.CheckRecords(records.Count);
        return new(records, response, IsAtomic: true);
    }

    public ListPartitionReassignmentsResponse List(ListPartitionReassignmentsRequest request)
    {
        var response = new ListPartitionReassignmentsResponse { ErrorMessage = null };
        var topics = request.Topics is { } wanted
            ? wanted.Select(topic => (Image: state.Image.Topics.Topic(topic.Name), Partitions: (IEnumerable<int>?)topic.PartitionIndexes))
            : state.Image.Topics.ById.Values.Select(topic => ((TopicImage?)topic, (IEnumerable<int>?)null));
        foreach (var (topic, partitions) in topics)
        {
            if (topic is null)
                continue;
            var ongoing = (partitions ?? topic.Partitions.Select(p => p.Key))
                .Select(id => (Id: id, Partition: topic.Partition(id)))
                .Where(entry => entry.Partition is { IsReassigning: true })
                .Select(entry => new ListPartitionReassignmentsResponse.OngoingPartitionReassignment
                {
                    PartitionIndex = entry.Id,
                    Replicas = [.. entry.Partition!.Replicas],
                    AddingReplicas = [.. entry.Partition.AddingReplicas],
                    RemovingReplicas = [.. entry.Partition.RemovingReplicas],
                })
                .ToList();
            if (ongoing.Count > 0)
                response.Topics.Add(new ListPartitionReassignmentsResponse.OngoingTopicReassignment { Name = topic.Name,
                    Partitions = ongoing });
        }
        return response;
    }

    private ApiError Alter(
        string name, AlterPartitionReassignmentsRequest.ReassignablePartition request, bool allowFactorChange, List<MetadataRecord> records)
    {
        if (state.Image.Topics.Topic(name) is not { } topic)
            return new(ErrorCode.UnknownTopicOrPartition, $"Unable to find a topic named {name}.");
        if (topic.Partition(request.PartitionIndex) is not { } partition)
            return new(ErrorCode.UnknownTopicOrPartition, $"Unable to find partition {name}:{request.PartitionIndex}.");
        try
        {
            var record = request.Replicas is { } replicas
                ? Begin(topic, request.PartitionIndex, partition, [.. replicas], allowFactorChange)
                : Cancel(topic, request.PartitionIndex, partition);
            if (record is { } change)
                records.Add(change);
            return new(ErrorCode.None);
        }
        catch (StateMachineException e)
        {
            return new(e.ErrorCode, e.Message.Length == 0 ? null : e.Message);
        }
    }

    private MetadataRecord? Begin(TopicImage topic, int id, PartitionRegistration partition, int[] target, bool allowFactorChange)
    {
        placement.CheckManual(target);
        // While a reassignment runs, the replicas are those before it and those it adds.
        int[] current = [.. partition.Replicas.Except(partition.AddingReplicas)];
        if (!allowFactorChange && current.Length != target.Length)
        {
            throw new StateMachineException(
                ErrorCode.InvalidReplicationFactor,
                $"The replication factor is changed from {current.Length} to {target.Length}");
        }
        var builder = leaders.Change(topic, id, partition);
        builder.Removing = [.. current.Except(target).Order()];
        builder.Adding = [.. target.Except(current).Order()];
        builder.Replicas = [.. target, .. current.Except(target).Order()];
        builder.Isr = [.. partition.Isr.Where(builder.Replicas.Contains)];
        return builder.Build();
    }

    private MetadataRecord? Cancel(TopicImage topic, int id, PartitionRegistration partition)
    {
        if (!partition.IsReassigning)
            throw new StateMachineException(ErrorCode.NoReassignmentInProgress, "");
        int[] reverted = [.. partition.Replicas.Except(partition.AddingReplicas)];
        int[] isr = [.. partition.Isr.Except(partition.AddingReplicas)];
        if (reverted.Length == 0)
        {
            throw new StateMachineException(
                ErrorCode.InvalidReplicaAssignment, "Invalid replica assignment: addingReplicas contains all replicas.");
        }
        if (isr.Length == 0)
        {
            if (!settings.IsUncleanElectionEnabled(topic.Name))
            {
                throw new StateMachineException(
                    ErrorCode.InvalidReplicaAssignment,
                    $"Unable to revert partition assignment for {topic.Name}:{id} because it would require an unclean leader election.");
            }
            isr = [reverted[0]];
        }
        var builder = leaders.Change(topic, id, partition);
        builder.Replicas = reverted;
        builder.Isr = isr;
        builder.Removing = [];
        builder.Adding = [];
        return builder.Build();
    }
}
