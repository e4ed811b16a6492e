using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>ListGroups and DescribeGroups within a shard. Used on the shard's event loop.</summary>
sealed class GroupDescriber(GroupTable groups)
{
    private const short GroupIdNotFoundVersion = 6;

    /// <summary>The groups in one of the states and of one of the types, or of any where the set is empty.</summary>
    /// <param name="states">In lower case.</param>
    /// <param name="types">In lower case.</param>
    public List<ListGroupsResponse.ListedGroup> List(IReadOnlySet<string> states, IReadOnlySet<string> types)
    {
        var listed = new List<ListGroupsResponse.ListedGroup>();
        foreach (var group in groups.Groups)
        {
            var type = group.Type.ToString().ToLowerInvariant();
            if ((types.Count > 0 && !types.Contains(type)) || (states.Count > 0 && !states.Contains(group.StateName.ToLowerInvariant())))
                continue;
            listed.Add(new ListGroupsResponse.ListedGroup
            {
                GroupId = group.GroupId,
                ProtocolType = group.ProtocolTypeOrEmpty,
                GroupState = group.StateName,
                GroupType = type,
            });
        }
        return listed;
    }

    public DescribeGroupsResponse.DescribedGroup Describe(string groupId, short apiVersion)
    {
        if (groups.Find(groupId) is not ClassicGroup group)
        {
            var known = groups.Find(groupId) is not null;
            return new DescribeGroupsResponse.DescribedGroup
            {
                GroupId = groupId,
                GroupState = nameof(ClassicGroupState.Dead),
                ErrorCode = apiVersion >= GroupIdNotFoundVersion ? ErrorCode.GroupIdNotFound : ErrorCode.None,
                ErrorMessage = apiVersion < GroupIdNotFoundVersion ? null
                    : known ? $"Group {groupId} is not a classic group." : $"Group {groupId} not found.",
            };
        }
        var stable = group.State == ClassicGroupState.Stable;
        return new DescribeGroupsResponse.DescribedGroup
        {
            GroupId = groupId,
            GroupState = group.StateName,
            ProtocolType = group.ProtocolTypeOrEmpty,
            ProtocolData = stable ? group.ProtocolName ?? "" : "",
            Members = [.. group.MembersInOrder.Select(member => new DescribeGroupsResponse.DescribedGroupMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                MemberMetadata = stable ? member.Metadata(group.ProtocolName ?? "") : [],
                MemberAssignment = member.Assignment,
            })],
        };
    }
}
