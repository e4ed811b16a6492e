using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// IncrementalAlterConfigs (44): sets, removes, appends to and subtracts from single configurations (KIP-339). What passes this broker's
/// checks goes to the controller.
/// </summary>
internal sealed class IncrementalAlterConfigsHandler(ControllerClient controller, ConfigAlterations alterations)
    : IApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    public async ValueTask<IncrementalAlterConfigsResponse?> HandleAsync(RequestContext context, IncrementalAlterConfigsRequest request)
    {
        var results = alterations.Check(request.Resources.ConvertAll(resource => new ConfigAlterations.Resource(
            resource.ResourceType,
            resource.ResourceName,
            resource.Configs.ConvertAll(config => new ConfigAlterations.Change(config.Name, config.ConfigOperation, config.Value)))),
            isIncremental: true);
        var rest = request.Resources.Where((_, index) => results[index] is null).ToList();
        var response = new IncrementalAlterConfigsResponse();
        Dictionary<(sbyte, string), IncrementalAlterConfigsResponse.AlterConfigsResourceResponse> altered = [];
        if (rest.Count > 0)
        {
            var forwarded = new IncrementalAlterConfigsRequest { Resources = rest, ValidateOnly = request.ValidateOnly };
            var forwardedResponse = await controller.SendAsync(ControllerApis.IncrementalAlterConfigs, context.ForController(), forwarded);
            altered = forwardedResponse.Responses.ToDictionary(result => (result.ResourceType, result.ResourceName));
            response.ThrottleTimeMs = forwardedResponse.ThrottleTimeMs;
        }
        for (var i = 0; i < results.Length; i++)
        {
            var resource = request.Resources[i];
            response.Responses.Add(results[i] is { } result
                ? new() { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = result.Code,
                    ErrorMessage = result.Message }
                : altered[(resource.ResourceType, resource.ResourceName)]);
        }
        return response;
    }

    public IncrementalAlterConfigsResponse Fail(IncrementalAlterConfigsRequest request, ErrorCode error, short version) =>
        ControllerApis.IncrementalAlterConfigs.Fail(request, new ApiError(error), version);
}
