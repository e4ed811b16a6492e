using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>Responses of OffsetCommit, OffsetFetch and OffsetDelete that give one error for everything in the request. Stateless.</summary>
public static class OffsetErrorResponses
{
    private const short BatchedFetchVersion = 8;
    private const short FetchErrorVersion = 2;

    public static List<OffsetCommitResponse.OffsetCommitResponseTopic> Commit(
        List<OffsetCommitRequest.OffsetCommitRequestTopic> topics, ErrorCode error) =>
        topics.ConvertAll(topic => Commit(topic, topic.Partitions, error));

    /// <summary>
    /// The error for each group of a version that has groups; otherwise for the one group, whose topics are those of the request.
    /// </summary>
    public static OffsetFetchResponse Fetch(short apiVersion, OffsetFetchRequest request, ErrorCode error) =>
        apiVersion >= BatchedFetchVersion
        ? new OffsetFetchResponse
        {
            Groups = request.Groups.ConvertAll(group =>
                new OffsetFetchResponse.OffsetFetchResponseGroup { GroupId = group.GroupId, ErrorCode = error }),
        }
        : new OffsetFetchResponse
        {
            ErrorCode = error,
            // Version 1 has no error code except in the partitions.
            Topics = apiVersion >= FetchErrorVersion ? [] : request.Topics?.ConvertAll(topic =>
                new OffsetFetchResponse.OffsetFetchResponseTopic
            {
                Name = topic.Name,
                Partitions = topic.PartitionIndexes.ConvertAll(index => new OffsetFetchResponse.OffsetFetchResponsePartition
                {
                    PartitionIndex = index,
                    CommittedOffset = -1,
                    Metadata = "",
                    ErrorCode = error,
                }),
            }) ?? [],
        };

    internal static OffsetDeleteResponse.OffsetDeleteResponseTopic Delete(
        string topic, List<OffsetDeleteRequest.OffsetDeleteRequestPartition> partitions, ErrorCode error) =>
        new()
        {
            Name = topic,
            Partitions = partitions.ConvertAll(partition => new OffsetDeleteResponse.OffsetDeleteResponsePartition
            {
                PartitionIndex = partition.PartitionIndex,
                ErrorCode = error,
            }),
        };

    internal static OffsetCommitResponse.OffsetCommitResponseTopic Commit(
        OffsetCommitRequest.OffsetCommitRequestTopic topic, List<OffsetCommitRequest.OffsetCommitRequestPartition> partitions,
        ErrorCode error) =>
        new()
        {
            Name = topic.Name,
            TopicId = topic.TopicId,
            Partitions = partitions.ConvertAll(partition => new OffsetCommitResponse.OffsetCommitResponsePartition
            {
                PartitionIndex = partition.PartitionIndex,
                ErrorCode = error,
            }),
        };
}
