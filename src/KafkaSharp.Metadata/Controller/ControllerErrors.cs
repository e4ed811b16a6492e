using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Controller;

/// <summary>Answers of requests that failed as a whole, where the answer has an error for each part only.</summary>
public static class ControllerErrors
{
    internal static string NotActive(int? leader) => leader is { } id
        ? $"The active controller appears to be node {id}."
        : "No controller appears to be active.";

    public static CreateTopicsResponse Answer(CreateTopicsRequest request, ErrorCode error, string message) => new()
    {
        Topics =
        [
            .. request.Topics.Select(topic => new CreateTopicsResponse.CreatableTopicResult
            {
                Name = topic.Name, ErrorCode = error, ErrorMessage = message, Configs = [],
            }),
        ],
    };

    public static DeleteTopicsResponse Answer(DeleteTopicsRequest request, ErrorCode error, string message) => new()
    {
        Responses =
        [
            .. request.Topics.Select(topic => new DeleteTopicsResponse.DeletableTopicResult
            {
                Name = topic.Name, TopicId = topic.TopicId, ErrorCode = error, ErrorMessage = message,
            }),
            .. request.TopicNames.Select(name => new DeleteTopicsResponse.DeletableTopicResult
            {
                Name = name, ErrorCode = error, ErrorMessage = message,
            }),
        ],
    };

    public static CreatePartitionsResponse Answer(CreatePartitionsRequest request, ErrorCode error, string message) => new()
    {
        Results =
        [
            .. request.Topics.Select(topic => new CreatePartitionsResponse.CreatePartitionsTopicResult
            {
                Name = topic.Name, ErrorCode = error, ErrorMessage = message,
            }),
        ],
    };

    public static IncrementalAlterConfigsResponse Answer(IncrementalAlterConfigsRequest request, ErrorCode error, string message) => new()
    {
        Responses =
        [
            .. request.Resources.Select(resource => new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error,
                ErrorMessage = message,
            }),
        ],
    };

    public static AlterConfigsResponse Answer(AlterConfigsRequest request, ErrorCode error, string message) => new()
    {
        Responses =
        [
            .. request.Resources.Select(resource => new AlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error,
                ErrorMessage = message,
            }),
        ],
    };

    public static AlterClientQuotasResponse Answer(AlterClientQuotasRequest request, ErrorCode error, string message) => new()
    {
        Entries =
        [
            .. request.Entries.Select(entry => new AlterClientQuotasResponse.EntryData
            {
                ErrorCode = error,
                ErrorMessage = message,
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
}
