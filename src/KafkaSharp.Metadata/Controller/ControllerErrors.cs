using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller;

/// <summary>Answers of requests that failed as a whole, where the answer has an error for each part only.</summary>
static class ControllerErrors
{
    public static string NotActive(int? leader) => leader is { } id
        ? $"The active controller appears to be node {id}."
        : "No controller appears to be active.";

    public static CreateTopicsResponse Answer(CreateTopicsRequest request, StateMachineException e) => new()
    {
        Topics =
        [
            .. request.Topics.Select(topic => new CreateTopicsResponse.CreatableTopicResult
            {
                Name = topic.Name, ErrorCode = e.ErrorCode, ErrorMessage = e.Message, Configs = [],
            }),
        ],
    };

    public static DeleteTopicsResponse Answer(DeleteTopicsRequest request, StateMachineException e) => new()
    {
        Responses =
        [
            .. request.Topics.Select(topic => new DeleteTopicsResponse.DeletableTopicResult
            {
                Name = topic.Name, TopicId = topic.TopicId, ErrorCode = e.ErrorCode, ErrorMessage = e.Message,
            }),
            .. request.TopicNames.Select(name => new DeleteTopicsResponse.DeletableTopicResult
            {
                Name = name, ErrorCode = e.ErrorCode, ErrorMessage = e.Message,
            }),
        ],
    };

    public static CreatePartitionsResponse Answer(CreatePartitionsRequest request, StateMachineException e) => new()
    {
        Results =
        [
            .. request.Topics.Select(topic => new CreatePartitionsResponse.CreatePartitionsTopicResult
            {
                Name = topic.Name, ErrorCode = e.ErrorCode, ErrorMessage = e.Message,
            }),
        ],
    };

    public static IncrementalAlterConfigsResponse Answer(IncrementalAlterConfigsRequest request, StateMachineException e) => new()
    {
        Responses =
        [
            .. request.Resources.Select(resource => new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = e.ErrorCode,
                ErrorMessage = e.Message,
            }),
        ],
    };

    public static AlterConfigsResponse Answer(AlterConfigsRequest request, StateMachineException e) => new()
    {
        Responses =
        [
            .. request.Resources.Select(resource => new AlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = e.ErrorCode,
                ErrorMessage = e.Message,
            }),
        ],
    };

    public static AlterClientQuotasResponse Answer(AlterClientQuotasRequest request, StateMachineException e) => new()
    {
        Entries =
        [
            .. request.Entries.Select(entry => new AlterClientQuotasResponse.EntryData
            {
                ErrorCode = e.ErrorCode,
                ErrorMessage = e.Message,
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
