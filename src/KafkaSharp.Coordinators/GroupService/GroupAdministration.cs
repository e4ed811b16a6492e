using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// ListGroups and DeleteGroups, for groups of every protocol. Errors are values in the responses; the tasks do not fail. Safe for use from
/// any thread.
/// </summary>
public sealed class GroupAdministration
{
    private readonly GroupShards _shards;
    private readonly ILogger _log;

    internal GroupAdministration(GroupShards shards, ILogger log)
    {
        _shards = shards;
        _log = log;
    }

    /// <summary>The groups of all shards of this broker. Refused while one of them loads, because the list would be incomplete.</summary>
    public async Task<ListGroupsResponse> ListGroupsAsync(GroupRequestContext context, ListGroupsRequest request)
    {
        if (!_shards.IsActive)
            return new ListGroupsResponse { ErrorCode = ErrorCode.CoordinatorNotAvailable, Groups = [] };
        var states = request.StatesFilter.Select(state => state.Trim().ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var types = request.TypesFilter.Select(type => type.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var groups = new List<ListGroupsResponse.ListedGroup>();
        foreach (var shard in _shards.All)
        {
            try
            {
                groups.AddRange(await shard.ReadAsync("list-groups", state => state.Lister.List(states, types)));
            }
            catch (StateMachineException e) when (e.ErrorCode == ErrorCode.NotCoordinator)
            {
                // Another broker lists its groups now.
            }
            catch (StateMachineException e)
            {
                return new ListGroupsResponse { ErrorCode = CoordinatorErrors.OfOperation(e.ErrorCode), Groups = [] };
            }
#pragma warning disable CA1031 // A fault in one request must not affect others.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _log.OperationFailed("list-groups", e);
                return new ListGroupsResponse { ErrorCode = ErrorCode.UnknownServerError, Groups = [] };
            }
        }
        return new ListGroupsResponse { Groups = groups };
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
