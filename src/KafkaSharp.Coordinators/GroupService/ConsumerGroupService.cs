using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Patterns;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using DescribedGroup = KafkaSharp.Protocol.Messages.ConsumerGroupDescribeResponse.DescribedGroup;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// The requests of members of consumer groups (KIP-848). Errors are values in the responses; the tasks do not fail. Safe for use from any
/// thread.
/// </summary>
public sealed class ConsumerGroupService
{
    private readonly GroupShards _shards;
    private readonly ConsumerGroupConfig _config;

    internal ConsumerGroupService(GroupShards shards, ConsumerGroupConfig config)
    {
        _shards = shards;
        _config = config;
    }

    /// <param name="context">The request besides its body.</param>
    /// <param name="request">The request.</param>
    /// <param name="mayDescribe">Whether the client may know of a topic; called later and from any thread.</param>
    /// <param name="run">
    /// Runs work that takes milliseconds where it delays no other client, neither on the thread of the caller nor on the shard's event
    /// loop; null to run it on the thread of the caller.
    /// </param>
    public async Task<ConsumerGroupHeartbeatResponse> HeartbeatAsync(
        GroupRequestContext context, ConsumerGroupHeartbeatRequest request, Predicate<string> mayDescribe,
        Func<Func<string?>, Task<string?>>? run = null)
    {
        if (!_shards.IsActive)
            return Refuse(ErrorCode.CoordinatorNotAvailable, null);
        if (HeartbeatValidation.Check(request, context.ApiVersion, _config.Assignors) is { } invalid)
            return Refuse(invalid.ErrorCode, invalid.Message);
        var patternFault = request.SubscribedTopicRegex is not { Length: > 0 } pattern ? null
            : run is null ? Re2Pattern.FaultOf(pattern)
            : await run(() => Re2Pattern.FaultOf(pattern));
        return await _shards.WriteAsync(
            request.GroupId, "consumer-group-heartbeat",
            shard => request.MemberEpoch is ConsumerGroupMember.LeftEpoch or ConsumerGroupMember.AwayEpoch
                ? shard.ConsumerLeave.Leave(request)
                : shard.ConsumerHeartbeat.Heartbeat(context, request, mayDescribe, patternFault),
            error => Refuse(error, null));
    }

    /// <summary>Describes each of the groups, in the order of Kafka's response.</summary>
    public async Task<List<DescribedGroup>> DescribeAsync(IReadOnlyList<string> groupIds)
    {
        var groups = new List<DescribedGroup>(groupIds.Count);
        foreach (var groupId in _shards.IsActive ? InOrder(groupIds) : groupIds)
        {
            groups.Add(await _shards.WriteAsync(
                groupId, "consumer-group-describe",
                shard => new([], shard.ConsumerDescriber.Describe(groupId)),
                error => new DescribedGroup { GroupId = groupId, ErrorCode = error }));
        }
        return groups;
    }

    /// <summary>Invalid ids first; then by partition, as Java's hash table of partitions returns them.</summary>
    private IEnumerable<string> InOrder(IReadOnlyList<string> groupIds)
    {
        var ofPartitions = groupIds.Where(id => id.Length > 0).GroupBy(id => _shards.PartitionFor(id)!.Value).ToArray();
        JavaHashOrder.Sort(
            ofPartitions, ids => JavaString.HashCode(OffsetsTopic.Name) + (31 * (31 + ids.Key)),
            JavaHashOrder.Capacity(ofPartitions.Length));
        return groupIds.Where(id => id.Length == 0).Concat(ofPartitions.SelectMany(ids => ids));
    }

    private static ConsumerGroupHeartbeatResponse Refuse(ErrorCode error, string? message) =>
        new() { ErrorCode = error, ErrorMessage = message };
}
