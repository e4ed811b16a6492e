using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// OffsetCommit within a shard: checks that the member may commit and makes a record per partition. A commit also counts as a heartbeat.
/// Used on the shard's event loop.
/// </summary>
internal sealed class OffsetCommitter(ShardContext<GroupRecord> context, GroupCoordinatorConfig config, GroupTable groups)
{
    private const short GroupIdNotFoundVersion = 9;

    /// <summary>
    /// Adds a record for each partition that is accepted, and a response for each; an error is that of the whole request. The topics are
    /// those of the request that exist, with names and ids.
    /// </summary>
    public ErrorCode Commit(
        short apiVersion, OffsetCommitRequest request, IReadOnlyList<OffsetCommitRequest.OffsetCommitRequestTopic> topics,
        List<GroupRecord> records, List<OffsetCommitResponse.OffsetCommitResponseTopic> responses)
    {
        if (Validate(apiVersion, request) is var error and not ErrorCode.None)
            return error;
        var now = context.NowMs;
        var expiry = request.RetentionTimeMs == -1 ? -1 : now + request.RetentionTimeMs;
        foreach (var topic in topics)
        {
            var response = new OffsetCommitResponse.OffsetCommitResponseTopic
            {
                Name = topic.Name,
                TopicId = topic.TopicId,
                Partitions = new List<OffsetCommitResponse.OffsetCommitResponsePartition>(topic.Partitions.Count),
            };
            responses.Add(response);
            foreach (var partition in topic.Partitions)
            {
                var isTooLong = partition.CommittedMetadata?.Length > config.OffsetMetadataMaxBytes;
                response.Partitions.Add(new OffsetCommitResponse.OffsetCommitResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = isTooLong ? ErrorCode.OffsetMetadataTooLarge : ErrorCode.None,
                });
                if (isTooLong)
                    continue;
                if (ValidatePartition(request, topic.TopicId, partition.PartitionIndex) is var stale and not ErrorCode.None)
                {
                    records.Clear();
                    return stale;
                }
                records.Add(new OffsetCommitRecord(request.GroupId, topic.Name, partition.PartitionIndex, new OffsetCommitValue
                {
                    Offset = partition.CommittedOffset,
                    LeaderEpoch = partition.CommittedLeaderEpoch,
                    Metadata = partition.CommittedMetadata ?? "",
                    CommitTimestamp = now,
                    ExpireTimestamp = expiry,
                    TopicId = topic.TopicId,
                }));
            }
        }
        return ErrorCode.None;
    }

    private ErrorCode ValidatePartition(OffsetCommitRequest request, Uuid topicId, int partition) =>
        groups.Find(request.GroupId)?.ValidatePartitionCommit(request.MemberId, request.GenerationIdOrMemberEpoch, topicId, partition)
        ?? ErrorCode.None;

    private ErrorCode Validate(short apiVersion, OffsetCommitRequest request)
    {
        if (groups.Find(request.GroupId) is not { } group)
        {
            // Without a generation these are offsets without members: replay creates a simple group for them.
            return request.GenerationIdOrMemberEpoch < 0 ? ErrorCode.None
                : apiVersion >= GroupIdNotFoundVersion ? ErrorCode.GroupIdNotFound
                : ErrorCode.IllegalGeneration;
        }
        var error = group.ValidateOffsetCommit(
            request.MemberId, request.GroupInstanceId, request.GenerationIdOrMemberEpoch, isTransactional: false, apiVersion);
        if (error == ErrorCode.None)
            group.OnOffsetsCommitted(request.MemberId);
        return error;
    }
}
