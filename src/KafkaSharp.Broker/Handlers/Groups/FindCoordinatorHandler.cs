using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>
/// FindCoordinator (10): the broker that coordinates a group or a transactional id; several in one request since version 4 (KIP-699). The
/// first request creates the topic of the coordinator.
/// </summary>
internal sealed class FindCoordinatorHandler(ICoordinatorLocator locator) : IApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const short BatchVersion = 4;
    private const int NoNode = -1;

    public async ValueTask<FindCoordinatorResponse?> HandleAsync(RequestContext context, FindCoordinatorRequest request)
    {
        if ((CoordinatorType)request.KeyType > CoordinatorType.Share || request.KeyType < 0)
            return Fail(request, ErrorCode.InvalidRequest, context.ApiVersion);
        var type = (CoordinatorType)request.KeyType;
        if (context.ApiVersion < BatchVersion)
        {
            var (error, nodeId, endpoint) = await FindAsync(type, request.Key, context);
            if (error != ErrorCode.None)
                return Fail(request, error, context.ApiVersion);
            return new FindCoordinatorResponse
            {
                ErrorMessage = ErrorCode.None.Name(),
                NodeId = nodeId,
                Host = endpoint!.Host,
                Port = endpoint.Port,
            };
        }
        var response = new FindCoordinatorResponse { Coordinators = new(request.CoordinatorKeys.Count) };
        foreach (var key in request.CoordinatorKeys)
        {
            var (error, nodeId, endpoint) = await FindAsync(type, key, context);
            response.Coordinators.Add(new FindCoordinatorResponse.Coordinator
            {
                Key = key,
                ErrorCode = error,
                ErrorMessage = "",
                NodeId = endpoint is null ? NoNode : nodeId,
                Host = endpoint?.Host ?? "",
                Port = endpoint?.Port ?? -1,
            });
        }
        return response;
    }

    public FindCoordinatorResponse Fail(FindCoordinatorRequest request, ErrorCode error, short version) => version < BatchVersion
        ? new FindCoordinatorResponse { ErrorCode = error, ErrorMessage = error.Message(), NodeId = NoNode, Host = "", Port = -1 }
        : new FindCoordinatorResponse
        {
            Coordinators = request.CoordinatorKeys.ConvertAll(key => new FindCoordinatorResponse.Coordinator
            {
                Key = key,
                ErrorCode = error,
                ErrorMessage = error.Message(),
                NodeId = NoNode,
                Host = "",
                Port = -1,
            }),
        };

    // The share coordinator (KIP-932) is not served yet: its keys are refused, as by a broker that does not support them.
    private ValueTask<(ErrorCode Error, int NodeId, NodeEndpoint? Endpoint)> FindAsync(
        CoordinatorType type, string key, RequestContext context) =>
        type == CoordinatorType.Share
            ? new((ErrorCode.InvalidRequest, NoNode, null))
            : locator.FindAsync(type, key, context.ListenerName);
}
