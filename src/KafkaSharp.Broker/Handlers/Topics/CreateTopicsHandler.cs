using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>CreateTopics (19): answered when this broker serves the topics, so that who produces next needs no second try.</summary>
sealed class CreateTopicsHandler(QuorumController controller) : IApiHandler<CreateTopicsRequest, CreateTopicsResponse>
{
    public async ValueTask<CreateTopicsResponse?> HandleAsync(RequestContext context, CreateTopicsRequest request)
    {
        // Before version 4 neither partitions nor replicas could be left to the broker (KIP-464).
        if (context.ApiVersion < 4 && request.Topics.Any(topic =>
            topic.Assignments.Count == 0 && (topic.NumPartitions == -1 || topic.ReplicationFactor == -1)))
            return Fail(request, ErrorCode.UnsupportedVersion, context.ApiVersion);
        return await controller.CreateTopicsAsync(context.ForController(request.TimeoutMs), request).ConfigureAwait(false);
    }

    public CreateTopicsResponse Fail(CreateTopicsRequest request, ErrorCode error, short version) =>
        ControllerErrors.Answer(request, error, error.Message());
}
