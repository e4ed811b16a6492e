using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators;

/// <summary>Answers of OffsetCommit and OffsetFetch that say one error of everything asked for. Stateless.</summary>
public static class OffsetRefusals
{
    private const short BatchedFetchVersion = 8;
    private const short FetchErrorVersion = 2;

    public static List<OffsetCommitResponse.OffsetCommitResponseTopic> Commit(
        List<OffsetCommitRequest.OffsetCommitRequestTopic> topics, ErrorCode error) =>
        topics.ConvertAll(topic => Commit(topic, topic.Partitions, error));

    /// <summary>The error for each group of a version that has groups, else for the one group, whose topics are those of the request.</summary>
    public static OffsetFetchResponse Fetch(short apiVersion, OffsetFetchRequest request, ErrorCode error) => apiVersion >= BatchedFetchVersion
        ? new OffsetFetchResponse
        {
            Groups = request.Groups.ConvertAll(group =>
                new OffsetFetchResponse.OffsetFetchResponseGroup { GroupId = group.GroupId, ErrorCode = error }),
        }
        : new OffsetFetchResponse
        {
            ErrorCode = error,
            // Version 1 has no place for an error but the partitions.
            Topics = apiVersion >= FetchErrorVersion ? [] : request.Topics?.ConvertAll(topic => new OffsetFetchResponse.OffsetFetchResponseTopic
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
