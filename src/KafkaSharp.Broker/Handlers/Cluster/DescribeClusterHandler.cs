using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>DescribeCluster (60): the cluster's id and its brokers; on a controller's listener its controllers (KIP-919).</summary>
internal sealed class DescribeClusterHandler(Func<MetadataImage> image, string clusterId, Func<int> activeController)
    : IApiHandler<DescribeClusterRequest, DescribeClusterResponse>
{
    private const sbyte Brokers = 1;
    private const sbyte Controllers = 2;

    public ValueTask<DescribeClusterResponse?> HandleAsync(RequestContext context, DescribeClusterRequest request)
    {
        var served = context.Listener.IsController ? Controllers : Brokers;
        if (request.EndpointType != served)
        {
            return new ValueTask<DescribeClusterResponse?>(new DescribeClusterResponse
            {
                ErrorCode = request.EndpointType is not (Brokers or Controllers) ? ErrorCode.UnsupportedEndpointType
                    : context.ApiVersion == 0 ? ErrorCode.InvalidRequest
                    : ErrorCode.MismatchedEndpointType,
                ErrorMessage = request.EndpointType is Brokers or Controllers
                    ? $"The request was sent to an endpoint of type {Name(served)}, "
                        + $"but we wanted an endpoint of type {Name(request.EndpointType)}"
                    : $"Unsupported endpoint type {request.EndpointType}",
                ControllerId = -1,
            });
        }
        var metadata = image();
        var response = new DescribeClusterResponse
        {
            ErrorMessage = null,
            ClusterId = clusterId,
            EndpointType = served,
            ClusterAuthorizedOperations = context.AuthorizedOperations(
                request.IncludeClusterAuthorizedOperations, ResourceType.Cluster, ResourceTypes.ClusterName),
        };
        if (served == Controllers)
        {
            response.ControllerId = activeController();
            response.Brokers = [.. ControllerNodes(metadata, context.ListenerName)];
        }
        else
        {
            response.ControllerId = metadata.Cluster.Brokers.Values.FirstOrDefault(broker => !broker.Fenced)?.Id ?? -1;
            response.Brokers = [.. BrokerNodes(metadata, context.ListenerName, request.IncludeFencedBrokers)];
        }
        return new ValueTask<DescribeClusterResponse?>(response);
    }

    public DescribeClusterResponse Fail(DescribeClusterRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ErrorMessage = error.Message(), ControllerId = -1 };

    private static string Name(sbyte type) => type == Brokers ? "BROKER" : "CONTROLLER";

    private static IEnumerable<DescribeClusterResponse.DescribeClusterBroker> BrokerNodes(MetadataImage metadata, string listener,
        bool fenced)
    {
        foreach (var broker in metadata.Cluster.Brokers.Values)
        {
            if ((broker.Fenced && !fenced) || broker.Endpoint(listener) is not { } endpoint)
                continue;
            yield return new()
            {
                BrokerId = broker.Id, Host = endpoint.Host, Port = endpoint.Port, Rack = broker.Rack, IsFenced = broker.Fenced,
            };
        }
    }

    private static IEnumerable<DescribeClusterResponse.DescribeClusterBroker> ControllerNodes(MetadataImage metadata, string listener)
    {
        foreach (var controller in metadata.Cluster.Controllers.Values)
        {
            if (controller.Endpoints.FirstOrDefault(e => e.ListenerName == listener) is { } endpoint)
                yield return new() { BrokerId = controller.Id, Host = endpoint.Host, Port = endpoint.Port };
        }
    }
}
