using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>CreatePartitions (37): adds partitions to topics; answered when this broker serves them.</summary>
sealed class CreatePartitionsHandler(QuorumController controller) : IApiHandler<CreatePartitionsRequest, CreatePartitionsResponse>
{
    public async ValueTask<CreatePartitionsResponse?> HandleAsync(RequestContext context, CreatePartitionsRequest request) =>
        await controller.CreatePartitionsAsync(context.ForController(request.TimeoutMs), request).ConfigureAwait(false);

    public CreatePartitionsResponse Fail(CreatePartitionsRequest request, ErrorCode error, short version) =>
        ControllerErrors.Answer(request, error, error.Message());
}
