using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using FetchGroup = KafkaSharp.Protocol.Messages.OffsetFetchRequest.OffsetFetchRequestGroup;
using GroupResponse = KafkaSharp.Protocol.Messages.OffsetFetchResponse.OffsetFetchResponseGroup;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// OffsetFetch in all versions: one group before version 8, several since then, topics by id since version 10. Safe for use from any
/// thread.
/// </summary>
internal sealed class OffsetFetchRequests(GroupShards shards, ITopicLookup lookup)
{
    private const short TopicIdVersion = 10;
    private const short BatchedVersion = 8;

    public async Task<OffsetFetchResponse> FetchAsync(GroupRequestContext context, OffsetFetchRequest request)
    {
        if (context.ApiVersion < BatchedVersion)
            return await FetchSingleAsync(context, request);
        var groups = new List<GroupResponse>(request.Groups.Count);
        foreach (var group in request.Groups)
        {
            groups.Add(context.ApiVersion >= TopicIdVersion
                ? await FetchByIdAsync(group, request.RequireStable)
                : await FetchGroupAsync(group, request.RequireStable));
        }
        return new OffsetFetchResponse { Groups = groups };
    }

    private async Task<OffsetFetchResponse> FetchSingleAsync(GroupRequestContext context, OffsetFetchRequest request)
    {
        var group = new FetchGroup
        {
            GroupId = request.GroupId,
            Topics = request.Topics?.ConvertAll(topic =>
                new OffsetFetchRequest.OffsetFetchRequestTopics { Name = topic.Name, PartitionIndexes = topic.PartitionIndexes }),
        };
        var fetched = await FetchGroupAsync(group, request.RequireStable);
        if (fetched.ErrorCode != ErrorCode.None)
            return OffsetErrorResponses.Fetch(context.ApiVersion, request, fetched.ErrorCode);
        return new OffsetFetchResponse
        {
            Groups = [],
            Topics = fetched.Topics.ConvertAll(topic => new OffsetFetchResponse.OffsetFetchResponseTopic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => new OffsetFetchResponse.OffsetFetchResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    CommittedOffset = partition.CommittedOffset,
                    CommittedLeaderEpoch = partition.CommittedLeaderEpoch,
                    Metadata = partition.Metadata,
                    ErrorCode = partition.ErrorCode,
                }),
            }),
        };
    }

    private async Task<GroupResponse> FetchByIdAsync(FetchGroup group, bool requireStable)
    {
        foreach (var topic in group.Topics ?? [])
            topic.Name = lookup.TopicName(topic.TopicId) ?? "";
        var fetched = await FetchGroupAsync(
            new FetchGroup
            {
                GroupId = group.GroupId,
                MemberId = group.MemberId,
                MemberEpoch = group.MemberEpoch,
                Topics = group.Topics?.FindAll(topic => topic.Name.Length > 0),
            },
            requireStable);
        if (fetched.ErrorCode != ErrorCode.None)
            return fetched;
        foreach (var topic in fetched.Topics)
        {
            if (topic.TopicId.IsZero)
                topic.TopicId = lookup.TopicId(topic.Name);
        }
        fetched.Topics.RemoveAll(topic => topic.TopicId.IsZero);
        foreach (var topic in group.Topics ?? [])
        {
            if (topic.Name.Length == 0)
                fetched.Topics.Add(UnknownTopic(topic));
        }
        return fetched;
    }

    private Task<GroupResponse> FetchGroupAsync(FetchGroup group, bool requireStable) => shards.WriteAsync(
        group.GroupId, "fetch-offsets",
        shard => new([], shard.Fetcher.Fetch(group, requireStable)),
        error => new GroupResponse
        {
            GroupId = group.GroupId,
            // Old clients do not expect any other error here.
            ErrorCode = error == ErrorCode.CoordinatorNotAvailable ? ErrorCode.NotCoordinator : error,
            Topics = [],
        },
        mayBeEmpty: true);

    private static OffsetFetchResponse.OffsetFetchResponseTopics UnknownTopic(OffsetFetchRequest.OffsetFetchRequestTopics topic) => new()
    {
        TopicId = topic.TopicId,
        Partitions = topic.PartitionIndexes.ConvertAll(index => new OffsetFetchResponse.OffsetFetchResponsePartitions
        {
            PartitionIndex = index,
            CommittedOffset = -1,
            Metadata = "",
            ErrorCode = ErrorCode.UnknownTopicId,
        }),
    };
}
