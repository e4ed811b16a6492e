using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Partition = KafkaSharp.Protocol.Messages.OffsetFetchResponse.OffsetFetchResponsePartitions;
using Topic = KafkaSharp.Protocol.Messages.OffsetFetchResponse.OffsetFetchResponseTopics;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// OffsetFetch within a shard. A group that does not exist has no offsets, which is not an error. With requireStable a partition that
/// an open transaction has committed an offset for is UNSTABLE_OFFSET_COMMIT (KIP-447). Used on the shard's event loop.
/// </summary>
internal sealed class OffsetFetcher(GroupTable groups)
{
    private const long InvalidOffset = -1;

    /// <summary>The offsets of the partitions in the request, or all offsets of the group when the request names no topics.</summary>
    public OffsetFetchResponse.OffsetFetchResponseGroup Fetch(OffsetFetchRequest.OffsetFetchRequestGroup request, bool requireStable)
    {
        var response = new OffsetFetchResponse.OffsetFetchResponseGroup { GroupId = request.GroupId, Topics = [] };
        var group = groups.Find(request.GroupId);
        var error = group?.ValidateOffsetFetch(request.MemberId, request.MemberEpoch) ?? ErrorCode.None;
        if (error is not (ErrorCode.None or ErrorCode.GroupIdNotFound))
        {
            response.ErrorCode = error;
            return response;
        }
        var exists = group is not null && error == ErrorCode.None;
        if (request.Topics is null)
            AddAll(response.Topics, request.GroupId, exists, requireStable);
        else
            AddNamed(response.Topics, request.GroupId, request.Topics, exists, requireStable);
        return response;
    }

    private void AddNamed(
        List<Topic> topics, string groupId, List<OffsetFetchRequest.OffsetFetchRequestTopics> named, bool exists, bool requireStable)
    {
        foreach (var topic in named)
        {
            var response = new Topic { Name = topic.Name, TopicId = topic.TopicId, Partitions = new(topic.PartitionIndexes.Count) };
            topics.Add(response);
            foreach (var index in topic.PartitionIndexes)
            {
                var committed = exists ? groups.Offsets.Committed(groupId, topic.Name, index) : null;
                // An offset of a topic that was deleted and created again is not an offset of the new topic.
                if (committed is not null && !committed.TopicId.IsZero && !topic.TopicId.IsZero && committed.TopicId != topic.TopicId)
                    committed = null;
                response.Partitions.Add(Respond(groupId, topic.Name, index, committed, exists && requireStable));
            }
        }
    }

    private void AddAll(List<Topic> topics, string groupId, bool exists, bool requireStable)
    {
        if (!exists || groups.Offsets.CommittedOf(groupId) is not { } committed)
            return;
        foreach (var (name, partitions) in committed)
        {
            var response = new Topic { Name = name, Partitions = new List<Partition>(partitions.Count) };
            topics.Add(response);
            foreach (var (index, value) in partitions)
                response.Partitions.Add(Respond(groupId, name, index, value, requireStable));
        }
    }

    private Partition Respond(string groupId, string topic, int index, OffsetAndMetadata? committed, bool requireStable)
    {
        var unstable = requireStable && groups.Offsets.HasPending(groupId, topic, index);
        return new Partition
        {
            PartitionIndex = index,
            CommittedOffset = unstable ? InvalidOffset : committed?.Offset ?? InvalidOffset,
            CommittedLeaderEpoch = unstable ? -1 : committed?.LeaderEpoch ?? -1,
            Metadata = unstable ? "" : committed?.Metadata ?? "",
            ErrorCode = unstable ? ErrorCode.UnstableOffsetCommit : ErrorCode.None,
        };
    }
}
