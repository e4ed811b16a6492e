using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Offsets;

/// <summary>
/// OffsetCommit, OffsetFetch and OffsetDelete before they reach a shard: topics are looked up (by id since version 10), what does not exist
/// is answered here and the rest merged with the shard's answer. All members may be called from any thread.
/// </summary>
sealed class OffsetRequests(GroupCoordinator coordinator, ITopicLookup lookup)
{
    private const short TopicIdVersion = 10;
    private const short BatchedFetchVersion = 8;

    public async Task<OffsetCommitResponse> CommitAsync(GroupRequestContext context, OffsetCommitRequest request)
    {
        var byId = context.ApiVersion >= TopicIdVersion;
        var refused = new List<OffsetCommitResponse.OffsetCommitResponseTopic>();
        var accepted = new List<OffsetCommitRequest.OffsetCommitRequestTopic>(request.Topics.Count);
        foreach (var topic in request.Topics)
            Sort(topic, byId, accepted, refused);
        if (accepted.Count == 0)
            return new OffsetCommitResponse { Topics = refused };
        var response = await coordinator.WriteAsync(
            request.GroupId, "commit-offset",
            shard =>
            {
                var records = new List<CoordinatorRecord>();
                var answers = new List<OffsetCommitResponse.OffsetCommitResponseTopic>(accepted.Count);
                var error = shard.Committer.Commit(context.ApiVersion, request, accepted, records, answers);
                return (error == ErrorCode.None ? answers : OffsetRefusals.Commit(accepted, error), new GroupResult(records));
            },
            error => OffsetRefusals.Commit(accepted, error),
            mayBeEmpty: true);
        return new OffsetCommitResponse
        {
            Topics = Merge(refused, response, topic => byId ? (object)topic.TopicId : topic.Name, topic => topic.Partitions),
        };
    }

    public async Task<OffsetFetchResponse> FetchAsync(GroupRequestContext context, OffsetFetchRequest request)
    {
        if (context.ApiVersion >= BatchedFetchVersion)
        {
            var groups = new List<OffsetFetchResponse.OffsetFetchResponseGroup>(request.Groups.Count);
            foreach (var group in request.Groups)
                groups.Add(await FetchAsync(context, group, request.RequireStable));
            return new OffsetFetchResponse { Groups = groups };
        }
        var single = new OffsetFetchRequest.OffsetFetchRequestGroup
        {
            GroupId = request.GroupId,
            Topics = request.Topics?.ConvertAll(topic =>
                new OffsetFetchRequest.OffsetFetchRequestTopics { Name = topic.Name, PartitionIndexes = topic.PartitionIndexes }),
        };
        return SingleGroup(context, request, await FetchAsync(context, single, request.RequireStable));
    }

    public async Task<OffsetDeleteResponse> DeleteAsync(OffsetDeleteRequest request)
    {
        var refused = new List<OffsetDeleteResponse.OffsetDeleteResponseTopic>();
        var accepted = new List<OffsetDeleteRequest.OffsetDeleteRequestTopic>();
        foreach (var topic in request.Topics)
        {
            var (known, unknown) = Split(topic.Partitions, partition => lookup.PartitionExists(topic.Name, partition.PartitionIndex));
            if (unknown.Count > 0)
            {
                refused.Add(new OffsetDeleteResponse.OffsetDeleteResponseTopic
                {
                    Name = topic.Name,
                    Partitions = unknown.ConvertAll(partition => new OffsetDeleteResponse.OffsetDeleteResponsePartition
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = ErrorCode.UnknownTopicOrPartition,
                    }),
                });
            }
            if (known.Count > 0)
                accepted.Add(new OffsetDeleteRequest.OffsetDeleteRequestTopic { Name = topic.Name, Partitions = known });
        }
        // Also without anything to delete: whether the group exists is then what the answer tells.
        var response = await coordinator.WriteAsync(
            request.GroupId, "delete-offsets",
            shard =>
            {
                var records = new List<CoordinatorRecord>();
                var answer = new OffsetDeleteResponse { Topics = [] };
                answer.ErrorCode = shard.Removal.Delete(request.GroupId, accepted, records, answer.Topics);
                return (answer, new GroupResult(records));
            },
            error => new OffsetDeleteResponse { ErrorCode = error, Topics = [] });
        if (response.ErrorCode != ErrorCode.None)
            return response;
        response.Topics = Merge(refused, response.Topics, topic => topic.Name, topic => topic.Partitions);
        return response;
    }

    private void Sort(
        OffsetCommitRequest.OffsetCommitRequestTopic topic, bool byId, List<OffsetCommitRequest.OffsetCommitRequestTopic> accepted,
        List<OffsetCommitResponse.OffsetCommitResponseTopic> refused)
    {
        if (byId)
            topic.Name = lookup.TopicName(topic.TopicId) ?? "";
        else
            topic.TopicId = lookup.TopicId(topic.Name);
        if (byId ? topic.Name.Length == 0 : topic.TopicId.IsZero)
        {
            refused.Add(OffsetRefusals.Commit(topic, topic.Partitions, byId ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition));
            return;
        }
        // Nearly always all of them exist, and then nothing is copied.
        if (topic.Partitions.TrueForAll(partition => lookup.PartitionExists(topic.Name, partition.PartitionIndex)))
        {
            if (topic.Partitions.Count > 0)
                accepted.Add(topic);
            return;
        }
        var (known, unknown) = Split(topic.Partitions, partition => lookup.PartitionExists(topic.Name, partition.PartitionIndex));
        refused.Add(OffsetRefusals.Commit(topic, unknown, ErrorCode.UnknownTopicOrPartition));
        if (known.Count == 0)
            return;
        accepted.Add(new OffsetCommitRequest.OffsetCommitRequestTopic { Name = topic.Name, TopicId = topic.TopicId, Partitions = known });
    }

    private async Task<OffsetFetchResponse.OffsetFetchResponseGroup> FetchAsync(
        GroupRequestContext context, OffsetFetchRequest.OffsetFetchRequestGroup group, bool requireStable)
    {
        var byId = context.ApiVersion >= TopicIdVersion;
        var unknown = new List<OffsetFetchRequest.OffsetFetchRequestTopics>();
        var asked = group;
        if (byId && group.Topics is not null)
        {
            foreach (var topic in group.Topics)
                topic.Name = lookup.TopicName(topic.TopicId) ?? "";
            var (known, none) = Split(group.Topics, topic => topic.Name.Length > 0);
            unknown = none;
            asked = new OffsetFetchRequest.OffsetFetchRequestGroup
            {
                GroupId = group.GroupId,
                MemberId = group.MemberId,
                MemberEpoch = group.MemberEpoch,
                Topics = known,
            };
        }
        var response = await coordinator.WriteAsync(
            group.GroupId, "fetch-offsets",
            shard => (shard.Fetcher.Fetch(asked, requireStable), GroupResult.Empty),
            error => new OffsetFetchResponse.OffsetFetchResponseGroup
            {
                GroupId = group.GroupId,
                // Clients of old do not expect anything else here.
                ErrorCode = error == ErrorCode.CoordinatorNotAvailable ? ErrorCode.NotCoordinator : error,
                Topics = [],
            },
            mayBeEmpty: true);
        if (response.ErrorCode != ErrorCode.None || !byId)
            return response;
        foreach (var topic in response.Topics)
        {
            if (topic.TopicId.IsZero)
                topic.TopicId = lookup.TopicId(topic.Name);
        }
        response.Topics.RemoveAll(topic => topic.TopicId.IsZero);
        foreach (var topic in unknown)
        {
            response.Topics.Add(new OffsetFetchResponse.OffsetFetchResponseTopics
            {
                TopicId = topic.TopicId,
                Partitions = topic.PartitionIndexes.ConvertAll(index => new OffsetFetchResponse.OffsetFetchResponsePartitions
                {
                    PartitionIndex = index,
                    CommittedOffset = -1,
                    Metadata = "",
                    ErrorCode = ErrorCode.UnknownTopicId,
                }),
            });
        }
        return response;
    }

    /// <summary>The answer of versions before 8.</summary>
    private static OffsetFetchResponse SingleGroup(
        GroupRequestContext context, OffsetFetchRequest asked, OffsetFetchResponse.OffsetFetchResponseGroup group)
    {
        if (group.ErrorCode != ErrorCode.None)
            return OffsetRefusals.Fetch(context.ApiVersion, asked, group.ErrorCode);
        var response = new OffsetFetchResponse { Topics = [], Groups = [] };
        response.Topics = group.Topics.ConvertAll(topic => new OffsetFetchResponse.OffsetFetchResponseTopic
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
        });
        return response;
    }

    /// <summary>Adds answers to those there are already; those of one topic become one.</summary>
    private static List<TTopic> Merge<TTopic, TKey, TPartition>(
        List<TTopic> topics, List<TTopic> more, Func<TTopic, TKey> key, Func<TTopic, List<TPartition>> partitions)
        where TKey : notnull
    {
        if (topics.Count == 0)
            return more;
        var known = new Dictionary<TKey, TTopic>(topics.Count + more.Count);
        foreach (var topic in topics)
            known.TryAdd(key(topic), topic);
        foreach (var topic in more)
        {
            if (known.TryAdd(key(topic), topic))
                topics.Add(topic);
            else
                partitions(known[key(topic)]).AddRange(partitions(topic));
        }
        return topics;
    }

    private static (List<T> Matching, List<T> Other) Split<T>(List<T> items, Predicate<T> predicate)
    {
        var matching = new List<T>();
        var other = new List<T>();
        foreach (var item in items)
            (predicate(item) ? matching : other).Add(item);
        return (matching, other);
    }
}
