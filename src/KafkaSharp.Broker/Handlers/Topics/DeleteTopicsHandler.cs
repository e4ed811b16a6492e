using KafkaSharp.Broker.Requests;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>DeleteTopics (20): by names or ids, where <c>delete.topic.enable</c> allows it.</summary>
sealed class DeleteTopicsHandler(QuorumController controller, ConfigValues values) : IApiHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    public async ValueTask<DeleteTopicsResponse?> HandleAsync(RequestContext context, DeleteTopicsRequest request)
    {
        if (!values.Get(MetadataConfigs.DeleteTopicEnable))
            return Fail(request, context.ApiVersion < 3 ? ErrorCode.InvalidRequest : ErrorCode.TopicDeletionDisabled, context.ApiVersion);
        return await controller.DeleteTopicsAsync(context.ForController(request.TimeoutMs), request).ConfigureAwait(false);
    }

    public DeleteTopicsResponse Fail(DeleteTopicsRequest request, ErrorCode error, short version) =>
        ControllerErrors.Answer(request, error, error.Message());
}
