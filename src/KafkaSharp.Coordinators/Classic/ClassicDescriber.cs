using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>DescribeGroups within a shard. Used on the shard's event loop.</summary>
internal sealed class ClassicDescriber(GroupTable groups)
{
    private const short GroupIdNotFoundVersion = 6;

    public DescribeGroupsResponse.DescribedGroup Describe(string groupId, short apiVersion)
    {
        var found = groups.Find(groupId);
        if (found is not ClassicGroup group)
        {
            return new DescribeGroupsResponse.DescribedGroup
            {
                GroupId = groupId,
                GroupState = nameof(ClassicGroupState.Dead),
                ErrorCode = apiVersion >= GroupIdNotFoundVersion ? ErrorCode.GroupIdNotFound : ErrorCode.None,
                ErrorMessage = apiVersion < GroupIdNotFoundVersion ? null
                    : found is not null ? $"Group {groupId} is not a classic group." : $"Group {groupId} not found.",
            };
        }
        var isStable = group.State == ClassicGroupState.Stable;
        return new DescribeGroupsResponse.DescribedGroup
        {
            GroupId = groupId,
            GroupState = group.StateName,
            ProtocolType = group.ProtocolTypeOrEmpty,
            ProtocolData = isStable ? group.ProtocolName ?? "" : "",
            Members = [.. group.MembersInOrder.Select(member => new DescribeGroupsResponse.DescribedGroupMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                MemberMetadata = isStable ? member.Metadata(group.ProtocolName ?? "") : [],
                MemberAssignment = member.Assignment,
            })],
        };
    }
}
