using KafkaSharp.Protocol.Messages;
using KafkaSharp.Testing.Requests;

namespace KafkaSharp.Testing.Interception.Partitions;

/// <summary>
/// The APIs in which a fault of a topic or partition leaves the other partitions alone. Fetch has <see cref="FetchFaults"/> instead.
/// </summary>
/// <param name="names">The names of topics.</param>
internal sealed class PartitionedApis(TopicNames names)
    : IPartitionedApi<ProduceRequest, ProduceResponse>,
        IPartitionedApi<ListOffsetsRequest, ListOffsetsResponse>,
        IPartitionedApi<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>,
        IPartitionedApi<DeleteRecordsRequest, DeleteRecordsResponse>,
        IPartitionedApi<OffsetCommitRequest, OffsetCommitResponse>
{
    public ProduceRequest Take(ProduceRequest request, Func<string, int, bool> isSelected) => new()
    {
        TransactionalId = request.TransactionalId,
        Acks = request.Acks,
        TimeoutMs = request.TimeoutMs,
        TopicData = PartitionLists.Take(
            request.TopicData,
            topic => topic.PartitionData,
            (topic, partition) => isSelected(names.Of(topic.Name, topic.TopicId), partition.Index),
            (topic, partitions) => new() { Name = topic.Name, TopicId = topic.TopicId, PartitionData = partitions }),
    };

    public bool IsEmpty(ProduceRequest request) => request.TopicData.Count == 0;

    public void Join(ProduceResponse into, ProduceResponse from) =>
        PartitionLists.Join(into.Responses, from.Responses, topic => (topic.Name, topic.TopicId), topic => topic.PartitionResponses);

    public ListOffsetsRequest Take(ListOffsetsRequest request, Func<string, int, bool> isSelected) => new()
    {
        ReplicaId = request.ReplicaId,
        IsolationLevel = request.IsolationLevel,
        TimeoutMs = request.TimeoutMs,
        Topics = PartitionLists.Take(
            request.Topics,
            topic => topic.Partitions,
            (topic, partition) => isSelected(topic.Name, partition.PartitionIndex),
            (topic, partitions) => new() { Name = topic.Name, Partitions = partitions }),
    };

    public bool IsEmpty(ListOffsetsRequest request) => request.Topics.Count == 0;

    public void Join(ListOffsetsResponse into, ListOffsetsResponse from) =>
        PartitionLists.Join(into.Topics, from.Topics, topic => topic.Name, topic => topic.Partitions);

    public OffsetForLeaderEpochRequest Take(OffsetForLeaderEpochRequest request, Func<string, int, bool> isSelected) => new()
    {
        ReplicaId = request.ReplicaId,
        Topics = PartitionLists.Take(
            request.Topics,
            topic => topic.Partitions,
            (topic, partition) => isSelected(topic.Topic, partition.Partition),
            (topic, partitions) => new() { Topic = topic.Topic, Partitions = partitions }),
    };

    public bool IsEmpty(OffsetForLeaderEpochRequest request) => request.Topics.Count == 0;

    public void Join(OffsetForLeaderEpochResponse into, OffsetForLeaderEpochResponse from) =>
        PartitionLists.Join(into.Topics, from.Topics, topic => topic.Topic, topic => topic.Partitions);

    public DeleteRecordsRequest Take(DeleteRecordsRequest request, Func<string, int, bool> isSelected) => new()
    {
        TimeoutMs = request.TimeoutMs,
        Topics = PartitionLists.Take(
            request.Topics,
            topic => topic.Partitions,
            (topic, partition) => isSelected(topic.Name, partition.PartitionIndex),
            (topic, partitions) => new() { Name = topic.Name, Partitions = partitions }),
    };

    public bool IsEmpty(DeleteRecordsRequest request) => request.Topics.Count == 0;

    public void Join(DeleteRecordsResponse into, DeleteRecordsResponse from) =>
        PartitionLists.Join(into.Topics, from.Topics, topic => topic.Name, topic => topic.Partitions);

    public OffsetCommitRequest Take(OffsetCommitRequest request, Func<string, int, bool> isSelected) => new()
    {
        GroupId = request.GroupId,
        GenerationIdOrMemberEpoch = request.GenerationIdOrMemberEpoch,
        MemberId = request.MemberId,
        GroupInstanceId = request.GroupInstanceId,
        RetentionTimeMs = request.RetentionTimeMs,
        Topics = PartitionLists.Take(
            request.Topics,
            topic => topic.Partitions,
            (topic, partition) => isSelected(names.Of(topic.Name, topic.TopicId), partition.PartitionIndex),
            (topic, partitions) => new() { Name = topic.Name, TopicId = topic.TopicId, Partitions = partitions }),
    };

    public bool IsEmpty(OffsetCommitRequest request) => request.Topics.Count == 0;

    public void Join(OffsetCommitResponse into, OffsetCommitResponse from) =>
        PartitionLists.Join(into.Topics, from.Topics, topic => (topic.Name, topic.TopicId), topic => topic.Partitions);
}
