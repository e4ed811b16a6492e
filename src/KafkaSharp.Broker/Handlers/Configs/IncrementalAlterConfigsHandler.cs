using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>IncrementalAlterConfigs (44): sets, removes, appends to and takes from single configurations (KIP-339).</summary>
sealed class IncrementalAlterConfigsHandler(ControllerClient controller)
    : IApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    public async ValueTask<IncrementalAlterConfigsResponse?> HandleAsync(RequestContext context, IncrementalAlterConfigsRequest request)
    {
        // Log levels are this process's own, and fixed at its start: they are nothing to keep in the cluster's metadata.
        var byKind = request.Resources.ToLookup(resource => resource.ResourceType == (sbyte)ConfigResourceType.BrokerLogger);
        var stored = byKind[false].ToList();
        var response = stored.Count == 0
            ? new IncrementalAlterConfigsResponse()
            : await controller.SendAsync(
                ControllerApis.IncrementalAlterConfigs, context.ForController(),
                new IncrementalAlterConfigsRequest { Resources = stored, ValidateOnly = request.ValidateOnly }).ConfigureAwait(false);
        var refused = new IncrementalAlterConfigsRequest { Resources = [.. byKind[true]] };
        response.Responses.AddRange(ControllerApis.IncrementalAlterConfigs.Fail(
            refused, new ApiError(ErrorCode.InvalidRequest, "Log levels can't be altered while the broker runs."), context.ApiVersion).Responses);
        return response;
    }

    public IncrementalAlterConfigsResponse Fail(IncrementalAlterConfigsRequest request, ErrorCode error, short version) =>
        ControllerApis.IncrementalAlterConfigs.Fail(request, new ApiError(error), version);
}
