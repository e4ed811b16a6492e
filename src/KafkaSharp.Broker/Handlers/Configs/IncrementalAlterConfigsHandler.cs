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
        var byKind = request.Resources.ToLookup(resource => resource.ResourceType == (sbyte)ConfigResourceType.BrokerLogger);
        var stored = byKind[false].ToList();
        var response = stored.Count == 0
            ? new IncrementalAlterConfigsResponse()
            : await controller.IncrementalAlterConfigsAsync(
                context.ForController(null),
                new IncrementalAlterConfigsRequest { Resources = stored, ValidateOnly = request.ValidateOnly }).ConfigureAwait(false);
        var refused = new IncrementalAlterConfigsRequest { Resources = [.. byKind[true]] };
        response.Responses.AddRange(ControllerErrors.Answer(
            refused, ErrorCode.InvalidRequest, "Log levels can't be altered while the broker runs.").Responses);
        return response;
    }

    public IncrementalAlterConfigsResponse Fail(IncrementalAlterConfigsRequest request, ErrorCode error, short version) =>
        ControllerErrors.Answer(request, error, error.Message());
}
