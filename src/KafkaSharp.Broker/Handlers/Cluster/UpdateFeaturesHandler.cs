using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>UpdateFeatures (57): finalizes levels of features (KIP-584).</summary>
sealed class UpdateFeaturesHandler(QuorumController controller) : IApiHandler<UpdateFeaturesRequest, UpdateFeaturesResponse>
{
    public async ValueTask<UpdateFeaturesResponse?> HandleAsync(RequestContext context, UpdateFeaturesRequest request) =>
        await controller.UpdateFeaturesAsync(context.ForController(request.TimeoutMs), request).ConfigureAwait(false);

    public UpdateFeaturesResponse Fail(UpdateFeaturesRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ErrorMessage = error.Message() };
}
