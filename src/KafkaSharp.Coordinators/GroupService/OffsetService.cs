using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using CommittedTopic = KafkaSharp.Protocol.Messages.OffsetCommitResponse.OffsetCommitResponseTopic;
using DeletedTopic = KafkaSharp.Protocol.Messages.OffsetDeleteResponse.OffsetDeleteResponseTopic;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// OffsetCommit, OffsetFetch and OffsetDelete: topics are looked up before a shard runs the request (by id since version 10), the response
/// for topics that do not exist is made here and merged with the shard's. Errors are values in the responses; the tasks do not fail. Safe
/// for use from any thread.
/// </summary>
public sealed class OffsetService
{
    private const short TopicIdVersion = 10;

    private readonly GroupShards _shards;
    private readonly ITopicLookup _lookup;
    private readonly OffsetFetchRequests _fetches;

    internal OffsetService(GroupShards shards, ITopicLookup lookup)
    {
        _shards = shards;
        _lookup = lookup;
        _fetches = new OffsetFetchRequests(shards, lookup);
    }

    public async Task<OffsetCommitResponse> CommitAsync(GroupRequestContext context, OffsetCommitRequest request)
    {
        var isById = context.ApiVersion >= TopicIdVersion;
        var responses = new TopicResponses<CommittedTopic, OffsetCommitResponse.OffsetCommitResponsePartition>(
            topic => isById ? topic.TopicId : topic.Name, topic => topic.Partitions);
        var accepted = new List<OffsetCommitRequest.OffsetCommitRequestTopic>(request.Topics.Count);
        foreach (var topic in request.Topics)
            Resolve(topic, isById, accepted, responses.Add);
        if (accepted.Count == 0)
            return new OffsetCommitResponse { Topics = responses.Topics };
        var committed = await _shards.WriteAsync(
            request.GroupId, "commit-offset",
            shard =>
            {
                var records = new List<GroupRecord>();
                var topics = new List<CommittedTopic>(accepted.Count);
                var error = shard.Committer.Commit(context.ApiVersion, request, accepted, records, topics);
                return new(records, error == ErrorCode.None ? topics : OffsetErrorResponses.Commit(accepted, error), IsAtomic: true);
            },
            error => OffsetErrorResponses.Commit(accepted, error),
            mayBeEmpty: true);
        return new OffsetCommitResponse { Topics = responses.Merge(committed) };
    }

    public Task<OffsetFetchResponse> FetchAsync(GroupRequestContext context, OffsetFetchRequest request) =>
        _fetches.FetchAsync(context, request);

    public async Task<OffsetDeleteResponse> DeleteAsync(GroupRequestContext context, OffsetDeleteRequest request)
    {
        var responses = new TopicResponses<DeletedTopic, OffsetDeleteResponse.OffsetDeleteResponsePartition>(
            topic => topic.Name, topic => topic.Partitions);
        var accepted = new List<OffsetDeleteRequest.OffsetDeleteRequestTopic>();
        foreach (var topic in request.Topics)
        {
            var (known, unknown) = _lookup.Split(topic.Name, topic.Partitions, partition => partition.PartitionIndex);
            if (unknown.Count > 0)
                responses.Add(OffsetErrorResponses.Delete(topic.Name, unknown, ErrorCode.UnknownTopicOrPartition));
            if (known.Count > 0)
                accepted.Add(new OffsetDeleteRequest.OffsetDeleteRequestTopic { Name = topic.Name, Partitions = known });
        }
        // Also without anything to delete: the response says whether the group exists.
        var response = await _shards.WriteAsync(
            request.GroupId, "delete-offsets",
            shard =>
            {
                var records = new List<GroupRecord>();
                var deleted = new OffsetDeleteResponse { Topics = [] };
                deleted.ErrorCode = shard.Removal.Delete(request.GroupId, accepted, records, deleted.Topics);
                return new(records, deleted);
            },
            error => new OffsetDeleteResponse { ErrorCode = error, Topics = [] });
        if (response.ErrorCode == ErrorCode.None)
            response.Topics = responses.Merge(response.Topics);
        return response;
    }

    /// <summary>Fills in name or id of a topic and separates the partitions that exist from the others.</summary>
    private void Resolve(
        OffsetCommitRequest.OffsetCommitRequestTopic topic, bool isById, List<OffsetCommitRequest.OffsetCommitRequestTopic> accepted,
        Action<CommittedTopic> refuse)
    {
        if (isById)
            topic.Name = _lookup.TopicName(topic.TopicId) ?? "";
        else
            topic.TopicId = _lookup.TopicId(topic.Name);
        if (isById ? topic.Name.Length == 0 : topic.TopicId.IsZero)
        {
            refuse(OffsetErrorResponses.Commit(
                topic, topic.Partitions, isById ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition));
            return;
        }
        var (known, unknown) = _lookup.Split(topic.Name, topic.Partitions, partition => partition.PartitionIndex);
        if (unknown.Count > 0)
            refuse(OffsetErrorResponses.Commit(topic, unknown, ErrorCode.UnknownTopicOrPartition));
        if (known.Count == 0)
            return;
        topic.Partitions = known;
        accepted.Add(topic);
    }
}
