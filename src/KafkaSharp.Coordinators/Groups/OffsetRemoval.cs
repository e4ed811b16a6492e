using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// Everything that removes offsets of a shard: OffsetDelete (KIP-496), deletion of groups, deletion of topics, retention (KIP-211). Makes
/// the tombstones; their replay removes. Used on the shard's event loop.
/// </summary>
internal sealed class OffsetRemoval(ShardContext<GroupRecord> context, GroupCoordinatorConfig config, GroupTable groups)
{
    /// <summary>OffsetDelete: an error is that of the whole request.</summary>
    public ErrorCode Delete(
        string groupId, IReadOnlyList<OffsetDeleteRequest.OffsetDeleteRequestTopic> topics, List<GroupRecord> records,
        List<OffsetDeleteResponse.OffsetDeleteResponseTopic> responses)
    {
        if (groups.Find(groupId) is not { } group)
            return ErrorCode.GroupIdNotFound;
        if (group.ValidateOffsetDelete() is var error and not ErrorCode.None)
            return error;
        foreach (var topic in topics)
        {
            var subscribed = group.IsSubscribedTo(topic.Name);
            var response = new OffsetDeleteResponse.OffsetDeleteResponseTopic { Name = topic.Name, Partitions = [] };
            responses.Add(response);
            foreach (var partition in topic.Partitions)
            {
                response.Partitions.Add(new OffsetDeleteResponse.OffsetDeleteResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = subscribed ? ErrorCode.GroupSubscribedToTopic : ErrorCode.None,
                });
                if (!subscribed && Exists(groupId, topic.Name, partition.PartitionIndex))
                    records.Add(new OffsetCommitRecord(groupId, topic.Name, partition.PartitionIndex, null));
            }
        }
        return ErrorCode.None;
    }

    /// <summary>DeleteGroups: removes an empty group with all its offsets.</summary>
    public ErrorCode DeleteGroup(string groupId, List<GroupRecord> records)
    {
        if (groups.Find(groupId) is not { } group)
            return ErrorCode.GroupIdNotFound;
        if (group.ValidateDelete() is var error and not ErrorCode.None)
            return error;
        foreach (var (topic, partition) in OffsetsOf(groupId))
            records.Add(new OffsetCommitRecord(groupId, topic, partition, null));
        records.AddRange(group.Tombstones());
        return ErrorCode.None;
    }

    /// <summary>The last record of all offsets that are kept, or -1.</summary>
    public long LastRecordOffset => AllOffsets().Select(offset => offset.Value.RecordOffset).DefaultIfEmpty(-1).Max();

    /// <summary>
    /// Topics were deleted: the offsets committed for them go too. Those of a later topic of the same name stay.
    /// </summary>
    /// <param name="deleted">The topics.</param>
    /// <param name="hasLeft">
    /// Whether some are left, because an open transaction has an offset of a later topic there: a tombstone would remove both.
    /// </param>
    public List<GroupRecord> OfTopics(IEnumerable<DeletedTopic> deleted, out bool hasLeft)
    {
        var records = new List<GroupRecord>();
        var topics = deleted.ToLookup(topic => topic.Name, StringComparer.Ordinal);
        var successors = groups.Offsets.AllPending()
            .Where(offset => topics.Contains(offset.Topic) && !topics[offset.Topic].Any(topic => topic.Has(offset.Value)))
            .Select(offset => (offset.Group, offset.Topic, offset.Partition))
            .ToHashSet();
        hasLeft = false;
        foreach (var (group, topic, partition, value) in AllOffsets())
        {
            if (!topics.Contains(topic) || !topics[topic].Any(one => one.Has(value)))
                continue;
            if (successors.Contains((group, topic, partition)))
                hasLeft = true;
            else
                records.Add(new OffsetCommitRecord(group, topic, partition, null));
        }
        return records;
    }

    /// <summary>Offsets past their retention, and groups that are empty and have none left.</summary>
    public List<GroupRecord> OfExpired()
    {
        var records = new List<GroupRecord>();
        foreach (var group in groups.Groups)
        {
            if (group.MayExpire && Expire(group, records) && group.IsEmpty)
                records.AddRange(group.Tombstones());
        }
        return records;
    }

    /// <summary>True when the group keeps no offset.</summary>
    private bool Expire(Group group, List<GroupRecord> records)
    {
        var hasPending = groups.Offsets.HasPending(group.GroupId);
        if (groups.Offsets.CommittedOf(group.GroupId) is not { } committed)
            return !hasPending;
        var now = context.NowMs;
        var retention = (long)config.OffsetsRetention.TotalMilliseconds;
        var allExpired = true;
        foreach (var (topic, partitions) in committed)
        {
            var subscribed = group.IsSubscribedTo(topic);
            foreach (var (partition, value) in partitions)
            {
                if (!subscribed
                    && group.ExpiryBaseMs(value) is { } since
                    && value.IsExpired(now, since, retention)
                    && !groups.Offsets.HasPending(group.GroupId, topic, partition))
                    records.Add(new OffsetCommitRecord(group.GroupId, topic, partition, null));
                else
                    allExpired = false;
            }
        }
        return allExpired && !hasPending;
    }

    private IEnumerable<(string Group, string Topic, int Partition, OffsetAndMetadata Value)> AllOffsets() =>
        groups.Offsets.AllCommitted().Concat(groups.Offsets.AllPending());

    private bool Exists(string groupId, string topic, int partition) =>
        groups.Offsets.Committed(groupId, topic, partition) is not null || groups.Offsets.HasPending(groupId, topic, partition);

    private IEnumerable<(string Topic, int Partition)> OffsetsOf(string groupId)
    {
        if (groups.Offsets.CommittedOf(groupId) is { } committed)
        {
            foreach (var (topic, partitions) in committed)
            {
                foreach (var partition in partitions.Keys)
                    yield return (topic, partition);
            }
        }
        foreach (var (topic, partition) in groups.Offsets.PendingPartitions(groupId))
        {
            if (groups.Offsets.Committed(groupId, topic, partition) is null)
                yield return (topic, partition);
        }
    }
}
