using HostileClients.Wire;
using KafkaSharp.Protocol.Messages;
using static HostileClients.Requests.RequestShape;

namespace HostileClients.Requests;

/// <summary>Requests to the group coordinator.</summary>
internal static class GroupRequests
{
    public static IReadOnlyList<RequestShape> All { get; } =
    [
        Of<OffsetCommitRequest, OffsetCommitResponse>("offset-commit", 8, entries => new()
        {
            GroupId = Names.Group, MemberId = "",
            Topics =
            [
                new()
                {
                    Name = Names.Topic,
                    Partitions = entries.Of(i => new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = i, CommittedMetadata = "",
                    }),
                },
            ],
        }),
        Of<OffsetFetchRequest, OffsetFetchResponse>("offset-fetch", 8, entries => new()
        {
            Groups = [new() { GroupId = Names.Group, Topics = [new() { Name = Names.Topic, PartitionIndexes = entries.Of(i => i) }] }],
        }),
        Of<OffsetFetchRequest, OffsetFetchResponse>("offset-fetch-groups", 8, entries => new()
        {
            Groups = entries.Of(i => new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = Names.Of(i), Topics = null }),
        }),
        Of<OffsetDeleteRequest, OffsetDeleteResponse>("offset-delete", 0, entries => new()
        {
            GroupId = Names.Group,
            Topics =
            [
                new()
                {
                    Name = Names.Topic,
                    Partitions = entries.Of(i => new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = i }),
                },
            ],
        }),
        Of<DescribeGroupsRequest, DescribeGroupsResponse>("describe-groups", 5, entries => new() { Groups = entries.Of(Names.Of) }),
        Of<DeleteGroupsRequest, DeleteGroupsResponse>("delete-groups", 2, entries => new() { GroupsNames = entries.Of(Names.Of) }),
        Of<FindCoordinatorRequest, FindCoordinatorResponse>(
            "find-coordinator", 4, entries => new() { CoordinatorKeys = entries.Of(Names.Of) }),
        Of<ListGroupsRequest, ListGroupsResponse>("list-groups", 4, entries => new() { StatesFilter = entries.Of(Names.Of) }),
        Of<LeaveGroupRequest, LeaveGroupResponse>("leave-group", 4, entries => new()
        {
            GroupId = Names.Group, Members = entries.Of(i => new LeaveGroupRequest.MemberIdentity { MemberId = Names.Of(i) }),
        }),
        Of<SyncGroupRequest, SyncGroupResponse>("sync-group", 4, entries => new()
        {
            GroupId = Names.Group, MemberId = "m",
            Assignments = entries.Of(i => new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = Names.Of(i) }),
        }),
        Of<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
            "consumer-heartbeat-names", 1, entries => FullHeartbeat("m", names: entries.Of(Names.Of))),
        Of<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
            "consumer-describe", 1, entries => new() { GroupIds = entries.Of(Names.Of) }),
    ];

    /// <summary>Commits an offset of partition 0 without a member.</summary>
    public static RequestFrame Commit(string group) => RequestFrame.Of<OffsetCommitRequest, OffsetCommitResponse>(
        new()
        {
            GroupId = group, MemberId = "",
            Topics = [new() { Name = Names.Topic, Partitions = [new() { PartitionIndex = 0, CommittedMetadata = "" }] }],
        },
        8);

    /// <summary>Joins as a new member, in a version that does not require a member id in the first request.</summary>
    public static RequestFrame Join(IEnumerable<int> protocols) => RequestFrame.Of<JoinGroupRequest, JoinGroupResponse>(
        new()
        {
            GroupId = Names.Group, MemberId = "", ProtocolType = "consumer", SessionTimeoutMs = 10_000, RebalanceTimeoutMs = 2_000,
            Protocols = [.. protocols.Select(i => new JoinGroupRequest.JoinGroupRequestProtocol { Name = $"p{i}", Metadata = [] })],
        },
        3);

    /// <summary>Joins a consumer group as a member that subscribes to a topic, or to a regular expression.</summary>
    public static RequestFrame JoinConsumers(string memberId, string? pattern = null) =>
        RequestFrame.Of<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
            FullHeartbeat(memberId, pattern is null ? [Names.Topic] : null, pattern), 1);

    /// <summary>Joins a consumer group as a classic member, which subscribes to a topic with each of its protocols.</summary>
    public static RequestFrame JoinConsumersClassic(string memberId, IEnumerable<int> protocols)
    {
        var subscription = VersionedMessage.ToArray(new ConsumerProtocolSubscription { Topics = [Names.Topic] }, 0);
        return RequestFrame.Of<JoinGroupRequest, JoinGroupResponse>(
            new()
            {
                GroupId = Names.Group, MemberId = memberId, ProtocolType = "consumer", SessionTimeoutMs = 10_000,
                RebalanceTimeoutMs = 10_000,
                Protocols =
                [
                    // The first one is read; the records of members with more metadata are too large.
                    .. protocols.Select((i, index) => new JoinGroupRequest.JoinGroupRequestProtocol
                    {
                        Name = $"p{i}", Metadata = index == 0 ? subscription : [],
                    }),
                ],
            },
            3);
    }

    private static ConsumerGroupHeartbeatRequest FullHeartbeat(string memberId, List<string>? names = null, string? pattern = null) => new()
    {
        GroupId = Names.Group, MemberId = memberId, MemberEpoch = 0, RebalanceTimeoutMs = 10_000, SubscribedTopicNames = names,
        SubscribedTopicRegex = pattern, TopicPartitions = [],
    };
}
