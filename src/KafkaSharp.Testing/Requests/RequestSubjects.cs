using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Testing.Requests;

/// <summary>The topics and groups that a decoded request names.</summary>
/// <param name="names">The names of topics.</param>
internal sealed class RequestSubjects(TopicNames names)
{
    public IReadOnlyList<RecordedTopic> TopicsOf(object request) => request switch
    {
        ProduceRequest r => Named(r.TopicData, t => names.Of(t.Name, t.TopicId), t => t.PartitionData.Select(p => p.Index)),
        FetchRequest r => Named(r.Topics, t => names.Of(t.Topic, t.TopicId), t => t.Partitions.Select(p => p.Partition)),
        ListOffsetsRequest r => Named(r.Topics, t => t.Name, t => t.Partitions.Select(p => p.PartitionIndex)),
        OffsetForLeaderEpochRequest r => Named(r.Topics, t => t.Topic, t => t.Partitions.Select(p => p.Partition)),
        DeleteRecordsRequest r => Named(r.Topics, t => t.Name, t => t.Partitions.Select(p => p.PartitionIndex)),
        OffsetCommitRequest r => Named(r.Topics, t => names.Of(t.Name, t.TopicId), t => t.Partitions.Select(p => p.PartitionIndex)),
        OffsetDeleteRequest r => Named(r.Topics, t => t.Name, t => t.Partitions.Select(p => p.PartitionIndex)),
        OffsetFetchRequest r => TopicsOf(r),
        MetadataRequest r => Named(r.Topics ?? [], t => names.Of(t.Name, t.TopicId), _ => []),
        DescribeTopicPartitionsRequest r => Named(r.Topics, t => t.Name, _ => []),
        CreateTopicsRequest r => Named(r.Topics, t => t.Name, _ => []),
        CreatePartitionsRequest r => Named(r.Topics, t => t.Name, _ => []),
        DeleteTopicsRequest r => Named(
            [.. r.Topics.Select(t => names.Of(t.Name, t.TopicId)), .. r.TopicNames], name => name, _ => []),
        _ => [],
    };

    public static IReadOnlyList<string> GroupsOf(object request) => request switch
    {
        JoinGroupRequest r => [r.GroupId],
        SyncGroupRequest r => [r.GroupId],
        HeartbeatRequest r => [r.GroupId],
        LeaveGroupRequest r => [r.GroupId],
        OffsetCommitRequest r => [r.GroupId],
        OffsetDeleteRequest r => [r.GroupId],
        OffsetFetchRequest { Groups: { Count: > 0 } groups } => [.. groups.Select(group => group.GroupId)],
        OffsetFetchRequest r => [r.GroupId],
        DescribeGroupsRequest r => r.Groups,
        DeleteGroupsRequest r => r.GroupsNames,
        FindCoordinatorRequest { KeyType: 0 } r => r.CoordinatorKeys is { Count: > 0 } keys ? keys : [r.Key],
        ConsumerGroupHeartbeatRequest r => [r.GroupId],
        ConsumerGroupDescribeRequest r => r.GroupIds,
        TxnOffsetCommitRequest r => [r.GroupId],
        AddOffsetsToTxnRequest r => [r.GroupId],
        _ => [],
    };

    private List<RecordedTopic> TopicsOf(OffsetFetchRequest request) =>
        request.Groups.Count > 0
            ? [.. request.Groups.SelectMany(group => Named(group.Topics ?? [], t => names.Of(t.Name, t.TopicId), t => t.PartitionIndexes))]
            : Named(request.Topics ?? [], t => t.Name, t => t.PartitionIndexes);

    private static List<RecordedTopic> Named<T>(IReadOnlyList<T> topics, Func<T, string> name, Func<T, IEnumerable<int>> partitions) =>
        [.. topics.Select(topic => new RecordedTopic(name(topic), [.. partitions(topic)]))];
}
