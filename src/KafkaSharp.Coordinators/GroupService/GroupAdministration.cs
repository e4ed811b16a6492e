using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// ListGroups and DeleteGroups, for groups of every protocol. Errors are values in the responses; the tasks do not fail. Safe for use from
/// any thread.
/// </summary>
public sealed class GroupAdministration
{
    private readonly GroupShards _shards;

    internal GroupAdministration(GroupShards shards) => _shards = shards;

    /// <summary>The groups of all shards of this broker. Refused while one of them loads, because the list would be incomplete.</summary>
    public async Task<ListGroupsResponse> ListGroupsAsync(GroupRequestContext context, ListGroupsRequest request)
    {
        if (!_shards.IsActive)
            return new ListGroupsResponse { ErrorCode = ErrorCode.CoordinatorNotAvailable, Groups = [] };
        var states = request.StatesFilter.Select(state => state.Trim().ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var types = request.TypesFilter.Select(type => type.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var (error, groups) = await _shards.ListAsync("list-groups", shard => shard.Lister.List(states, types));
        return new ListGroupsResponse { ErrorCode = error, Groups = groups };
    }

    /// <summary>Deletes empty groups with their offsets; a group that is named twice is deleted once, as in Kafka.</summary>
    public async Task<DeleteGroupsResponse> DeleteGroupsAsync(GroupRequestContext context, DeleteGroupsRequest request)
    {
        var results = new List<DeleteGroupsResponse.DeletableGroupResult>(request.GroupsNames.Count);
        foreach (var groupId in request.GroupsNames.Distinct(StringComparer.Ordinal))
        {
            var error = await _shards.WriteAsync(
                groupId, "delete-groups",
                shard =>
                {
                    var records = new List<GroupRecord>();
                    return new(records, shard.Removal.DeleteGroup(groupId, records));
                },
                error => error,
                mayBeEmpty: true);
            results.Add(new DeleteGroupsResponse.DeletableGroupResult { GroupId = groupId, ErrorCode = error });
        }
        return new DeleteGroupsResponse { Results = results };
    }
}
