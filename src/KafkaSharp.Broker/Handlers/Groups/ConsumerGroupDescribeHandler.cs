using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using DescribedGroup = KafkaSharp.Protocol.Messages.ConsumerGroupDescribeResponse.DescribedGroup;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>ConsumerGroupDescribe (69): members and assignments of consumer groups (KIP-848).</summary>
internal sealed class ConsumerGroupDescribeHandler(ConsumerGroupService groups, ConsumerProtocol protocol)
    : IApiHandler<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>
{
    public async ValueTask<ConsumerGroupDescribeResponse?> HandleAsync(RequestContext context, ConsumerGroupDescribeRequest request)
    {
        if (!protocol.IsEnabled)
            return Fail(request, ErrorCode.UnsupportedVersion, context.ApiVersion);
        context.Authorize(
            AclOperation.Describe, ResourceType.Group, request.GroupIds, groupId => groupId, out var allowed, out var refused);
        var described = refused.ConvertAll(groupId => Refuse(groupId, ErrorCode.GroupAuthorizationFailed));
        foreach (var group in await groups.DescribeAsync(allowed))
            described.Add(Visible(context, request, group));
        return new ConsumerGroupDescribeResponse { Groups = described };
    }

    public ConsumerGroupDescribeResponse Fail(ConsumerGroupDescribeRequest request, ErrorCode error, short version) =>
        new() { Groups = request.GroupIds.ConvertAll(groupId => Refuse(groupId, error)) };

    /// <summary>A group that has a topic which the client may not describe is hidden as a whole.</summary>
    private static DescribedGroup Visible(RequestContext context, ConsumerGroupDescribeRequest request, DescribedGroup group)
    {
        if (group.ErrorCode != ErrorCode.None)
            return group;
        var mayDescribe = context.DescribableTopics();
        var topics = group.Members.SelectMany(member => member.Assignment.TopicPartitions.Concat(member.TargetAssignment.TopicPartitions))
            .Select(topic => topic.TopicName).Distinct(StringComparer.Ordinal);
        if (!topics.All(topic => mayDescribe(topic)))
        {
            return Refuse(
                group.GroupId, ErrorCode.TopicAuthorizationFailed,
                "The group has described topic(s) that the client is not authorized to describe.");
        }
        group.AuthorizedOperations =
            context.AuthorizedOperations(request.IncludeAuthorizedOperations, ResourceType.Group, group.GroupId);
        return group;
    }

    private static DescribedGroup Refuse(string groupId, ErrorCode error, string? message = null) =>
        new() { GroupId = groupId, ErrorCode = error, ErrorMessage = message };
}
