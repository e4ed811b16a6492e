using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Client;

/// <summary>
/// The responses that carry an error for everything requested (Kafka's <c>getErrorResponse</c>), of requests whose response has an error
/// for each part.
/// </summary>
internal static class ErrorResponses
{
    public static CreateTopicsResponse Of(CreateTopicsRequest request, ApiError error) => new()
    {
        Topics =
        [
            .. request.Topics.Select(topic => new CreateTopicsResponse.CreatableTopicResult
            {
                Name = topic.Name, ErrorCode = error.Code, ErrorMessage = error.Message, Configs = [],
            }),
        ],
    };

    public static DeleteTopicsResponse Of(DeleteTopicsRequest request, ApiError error) => new()
    {
        Responses =
        [
            .. request.Topics.Select(topic => new DeleteTopicsResponse.DeletableTopicResult
            {
                Name = topic.Name, TopicId = topic.TopicId, ErrorCode = error.Code, ErrorMessage = error.Message,
            }),
            .. request.TopicNames.Select(name => new DeleteTopicsResponse.DeletableTopicResult
            {
                Name = name, ErrorCode = error.Code, ErrorMessage = error.Message,
            }),
        ],
    };

    public static CreatePartitionsResponse Of(CreatePartitionsRequest request, ApiError error) => new()
    {
        Results =
        [
            .. request.Topics.Select(topic => new CreatePartitionsResponse.CreatePartitionsTopicResult
            {
                Name = topic.Name, ErrorCode = error.Code, ErrorMessage = error.Message,
            }),
        ],
    };

    public static IncrementalAlterConfigsResponse Of(IncrementalAlterConfigsRequest request, ApiError error) => new()
    {
        Responses =
        [
            .. request.Resources.Select(resource => new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error.Code,
                ErrorMessage = error.Message,
            }),
        ],
    };

    public static AlterConfigsResponse Of(AlterConfigsRequest request, ApiError error) => new()
    {
        Responses =
        [
            .. request.Resources.Select(resource => new AlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error.Code,
                ErrorMessage = error.Message,
            }),
        ],
    };

    public static AlterClientQuotasResponse Of(AlterClientQuotasRequest request, ApiError error) => new()
    {
        Entries =
        [
            .. request.Entries.Select(entry => new AlterClientQuotasResponse.EntryData
            {
                ErrorCode = error.Code,
                // Unlike the others, Kafka always says something here.
                ErrorMessage = error.Message ?? error.Code.Message(),
                Entity =
                [
                    .. entry.Entity.Select(part => new AlterClientQuotasResponse.EntityData
                    {
                        EntityType = part.EntityType, EntityName = part.EntityName,
                    }),
                ],
            }),
        ],
    };

    public static ElectLeadersResponse Of(ElectLeadersRequest request, ApiError error, short version) => new()
    {
        // Version 0 has no error for the whole: the partitions carry it.
        ErrorCode = version == 0 ? ErrorCode.None : error.Code,
        ReplicaElectionResults =
        [
            .. (request.TopicPartitions ?? []).Select(topic => new ElectLeadersResponse.ReplicaElectionResult
            {
                Topic = topic.Topic,
                PartitionResult = topic.Partitions.ConvertAll(partition => new ElectLeadersResponse.PartitionResult
                {
                    PartitionId = partition, ErrorCode = error.Code, ErrorMessage = error.Message,
                }),
            }),
        ],
    };

    public static AlterPartitionReassignmentsResponse Of(AlterPartitionReassignmentsRequest request, ApiError error) => new()
    {
        ErrorCode = error.Code,
        ErrorMessage = error.Message,
        Responses = request.Topics.ConvertAll(topic => new AlterPartitionReassignmentsResponse.ReassignableTopicResponse
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse
            {
                PartitionIndex = partition.PartitionIndex, ErrorCode = error.Code, ErrorMessage = error.Message,
            }),
        }),
    };

    public static ListPartitionReassignmentsResponse Of(ListPartitionReassignmentsRequest request, ApiError error) => new()
    {
        ErrorCode = error.Code,
        ErrorMessage = error.Message,
        Topics = request.Topics?.ConvertAll(topic => new ListPartitionReassignmentsResponse.OngoingTopicReassignment
        {
            Name = topic.Name,
            Partitions = topic.PartitionIndexes.ConvertAll(
                index => new ListPartitionReassignmentsResponse.OngoingPartitionReassignment { PartitionIndex = index }),
        }) ?? [],
    };
}
