using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>IncrementalAlterConfigs (44): sets, removes, appends to and takes from single configurations (KIP-339).</summary>
sealed class IncrementalAlterConfigsHandler(QuorumController controller)
    : IApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    public async ValueTask<IncrementalAlterConfigsResponse?> HandleAsync(RequestContext context, IncrementalAlterConfigsRequest request)
    {
        // Log levels are this process's own, and fixed at its start: they are nothing to keep in the cluster's metadata.
        var loggers = request.Resources.Where(resource => resource.ResourceType == (sbyte)ConfigResourceType.BrokerLogger).ToList();
        request.Resources.RemoveAll(loggers.Contains);
        var response = request.Resources.Count == 0
            ? new IncrementalAlterConfigsResponse()
            : await controller.IncrementalAlterConfigsAsync(context.ForController(null), request).ConfigureAwait(false);
        response.Responses.AddRange(loggers.Select(resource =>
            Failed(resource, ErrorCode.InvalidRequest, "Log levels can't be altered while the broker runs.")));
        return response;
    }

    public IncrementalAlterConfigsResponse Fail(IncrementalAlterConfigsRequest request, ErrorCode error) => new()
    {
        Responses = [.. request.Resources.Select(resource => Failed(resource, error, error.Message()))],
    };

    private static IncrementalAlterConfigsResponse.AlterConfigsResourceResponse Failed(
        IncrementalAlterConfigsRequest.AlterConfigsResource resource, ErrorCode error, string message) => new()
    {
        ErrorCode = error, ErrorMessage = message, ResourceType = resource.ResourceType, ResourceName = resource.ResourceName,
    };
}
