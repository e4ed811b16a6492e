using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// TxnOffsetCommit within a shard: checks that the member may commit and makes a record per partition. The offsets take effect when the
/// transaction commits. As in Kafka it counts as no heartbeat, and its records carry no topic id. Used on the shard's event loop.
/// </summary>
internal sealed class TransactionalOffsetCommitter(
    ShardContext<GroupRecord> context, GroupCoordinatorConfig config, GroupTable groups, ShardMetadata metadata)
{
    /// <summary>
    /// Adds a record for each partition that is accepted, and a response for each; an error is that of the whole request. The topics are
    /// those of the request that exist.
    /// </summary>
    public ErrorCode Commit(
        TxnOffsetCommitRequest request, IReadOnlyList<TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic> topics,
        List<GroupRecord> records, List<TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic> responses)
    {
        if (Validate(request) is var error and not ErrorCode.None)
            return error;
        var now = context.NowMs;
        foreach (var topic in topics)
        {
            var response = new TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic
            {
                Name = topic.Name,
                Partitions = new List<TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition>(topic.Partitions.Count),
            };
            responses.Add(response);
            foreach (var partition in topic.Partitions)
            {
                var isTooLong = partition.CommittedMetadata?.Length > config.OffsetMetadataMaxBytes;
                response.Partitions.Add(new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = isTooLong ? ErrorCode.OffsetMetadataTooLarge : ErrorCode.None,
                });
                if (isTooLong)
                    continue;
                if (ValidatePartition(request, topic.Name, partition.PartitionIndex) is var refused and not ErrorCode.None)
                {
                    records.Clear();
                    return refused;
                }
                records.Add(new OffsetCommitRecord(request.GroupId, topic.Name, partition.PartitionIndex, new OffsetCommitValue
                {
                    Offset = partition.CommittedOffset,
                    LeaderEpoch = partition.CommittedLeaderEpoch,
                    Metadata = partition.CommittedMetadata ?? "",
                    CommitTimestamp = now,
                    ExpireTimestamp = -1,
                }));
            }
        }
        return ErrorCode.None;
    }

    private ErrorCode Validate(TxnOffsetCommitRequest request)
    {
        // Without a generation these are offsets without members: replay creates a simple group for them.
        if (groups.Find(request.GroupId) is not { } group)
            return request.GenerationId < 0 ? ErrorCode.None : ErrorCode.IllegalGeneration;
        return ToGeneration(group.ValidateOffsetCommit(
            request.MemberId, request.GroupInstanceId, request.GenerationId, isTransactional: true, apiVersion: 0));
    }

    private ErrorCode ValidatePartition(TxnOffsetCommitRequest request, string topic, int partition) =>
        groups.Find(request.GroupId) is { } group
            ? ToGeneration(group.ValidatePartitionCommit(
                request.MemberId, request.GenerationId, metadata.Image.Topics.TopicId(topic), partition))
            : ErrorCode.None;

    /// <summary>Clients of this API know no member epochs.</summary>
    private static ErrorCode ToGeneration(ErrorCode error) => error == ErrorCode.StaleMemberEpoch ? ErrorCode.IllegalGeneration : error;
}
