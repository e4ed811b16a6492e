using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>ListGroups within a shard. Used on the shard's event loop.</summary>
internal sealed class GroupLister(GroupTable groups)
{
    /// <summary>The groups in one of the states and of one of the types; an empty set means any.</summary>
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
}
