using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// AlterConfigs (33): replaces all configurations of a resource. What passes this broker's checks goes to the controller.
/// </summary>
internal sealed class AlterConfigsHandler(ControllerClient controller, ConfigAlterations alterations)
    : IApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    public async ValueTask<AlterConfigsResponse?> HandleAsync(RequestContext context, AlterConfigsRequest request)
    {
        var results = alterations.Check(request.Resources.ConvertAll(resource => new ConfigAlterations.Resource(
            resource.ResourceType,
            resource.ResourceName,
            resource.Configs.ConvertAll(config =>
                new ConfigAlterations.Change(config.Name, (sbyte)AlterConfigOperation.Set, config.Value)))), isIncremental: false);
        var rest = request.Resources.Where((_, index) => results[index] is null).ToList();
        var response = new AlterConfigsResponse();
        Dictionary<(sbyte, string), AlterConfigsResponse.AlterConfigsResourceResponse> altered = [];
        if (rest.Count > 0)
        {
            var forwarded = new AlterConfigsRequest { Resources = rest, ValidateOnly = request.ValidateOnly };
            var forwardedResponse = await controller.SendAsync(ControllerApis.AlterConfigs, context.ForController(), forwarded);
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

    public AlterConfigsResponse Fail(AlterConfigsRequest request, ErrorCode error, short version) =>
        ControllerApis.AlterConfigs.Fail(request, new ApiError(error), version);
}
