using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Offsets;

/// <summary>
/// OffsetCommit within a shard: checks that the member may commit and makes a record per partition. A commit is also a sign of life. Used
/// on the shard's event loop.
/// </summary>
sealed class OffsetCommitter(ShardContext context, GroupTable groups, ClassicRebalance rebalance)
{
    private const short GroupIdNotFoundVersion = 9;

    /// <summary>
    /// Adds a record for each partition that is accepted, and an answer for each; an error is that of the whole request. The topics are
    /// those of the request that exist, with names and ids.
    /// </summary>
    public ErrorCode Commit(
        short apiVersion, OffsetCommitRequest request, IReadOnlyList<OffsetCommitRequest.OffsetCommitRequestTopic> topics,
        List<CoordinatorRecord> records, List<OffsetCommitResponse.OffsetCommitResponseTopic> answers)
    {
        if (Validate(apiVersion, request) is var error and not ErrorCode.None)
            return error;
        var now = context.NowMs;
        var expiry = request.RetentionTimeMs == -1 ? -1 : now + request.RetentionTimeMs;
        foreach (var topic in topics)
        {
            var answer = new OffsetCommitResponse.OffsetCommitResponseTopic
            {
                Name = topic.Name,
                TopicId = topic.TopicId,
                Partitions = new List<OffsetCommitResponse.OffsetCommitResponsePartition>(topic.Partitions.Count),
            };
            answers.Add(answer);
            foreach (var partition in topic.Partitions)
            {
                var tooLong = partition.CommittedMetadata?.Length > context.Config.OffsetMetadataMaxBytes;
                answer.Partitions.Add(new OffsetCommitResponse.OffsetCommitResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = tooLong ? ErrorCode.OffsetMetadataTooLarge : ErrorCode.None,
                });
                if (tooLong)
                    continue;
                var value = new OffsetAndMetadata(
                    partition.CommittedOffset, partition.CommittedLeaderEpoch, partition.CommittedMetadata ?? "", now, expiry,
                    topic.TopicId);
                records.Add(new OffsetCommitRecord(request.GroupId, topic.Name, partition.PartitionIndex, value));
            }
        }
        return ErrorCode.None;
    }

    private ErrorCode Validate(short apiVersion, OffsetCommitRequest request)
    {
        var group = groups.Find(request.GroupId);
        if (group is null)
        {
            if (request.GenerationIdOrMemberEpoch >= 0)
                return apiVersion >= GroupIdNotFoundVersion ? ErrorCode.GroupIdNotFound : ErrorCode.IllegalGeneration;
            // Offsets without members: a simple group, which needs no metadata of its own.
            group = groups.GetOrAddClassic(request.GroupId)!;
        }
        var error = group.ValidateOffsetCommit(request.MemberId, request.GroupInstanceId, request.GenerationIdOrMemberEpoch);
        if (error == ErrorCode.None
            && group is ClassicGroup { State: ClassicGroupState.Stable or ClassicGroupState.PreparingRebalance } classic
            && classic.Find(request.MemberId) is { } member)
            rebalance.ResetSession(classic, member);
        return error;
    }
}
