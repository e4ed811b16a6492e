using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>ConsumerGroupHeartbeat (68): a member of a consumer group joins, stays, changes or leaves (KIP-848).</summary>
internal sealed class ConsumerGroupHeartbeatHandler(ConsumerGroupService groups, ConsumerProtocol protocol)
    : IApiHandler<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>
{
    public async ValueTask<ConsumerGroupHeartbeatResponse?> HandleAsync(RequestContext context, ConsumerGroupHeartbeatRequest request)
    {
        if (!protocol.IsEnabled)
            return Refuse(ErrorCode.UnsupportedVersion);
        if (!context.Authorize(AclOperation.Read, ResourceType.Group, request.GroupId))
            return Refuse(ErrorCode.GroupAuthorizationFailed);
        var mayDescribe = context.DescribableTopics();
        if (request.SubscribedTopicNames is { } names && !names.TrueForAll(mayDescribe))
            return Refuse(ErrorCode.TopicAuthorizationFailed);
        return await groups.HeartbeatAsync(
            context.ToGroupContext(), request, mayDescribe, work => context.RunOnLaneAsync(_ => work()));
    }

    public ConsumerGroupHeartbeatResponse Fail(ConsumerGroupHeartbeatRequest request, ErrorCode error, short version) => Refuse(error);

    private static ConsumerGroupHeartbeatResponse Refuse(ErrorCode error) => new() { ErrorCode = error };
}
