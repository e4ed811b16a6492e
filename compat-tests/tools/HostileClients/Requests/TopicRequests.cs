using HostileClients.Wire;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using static HostileClients.Requests.RequestShape;

namespace HostileClients.Requests;

/// <summary>
/// Requests about topics and their partitions. Those that would change something ask for validation only, or name what is absent.
/// </summary>
internal static class TopicRequests
{
    private const int TimeoutMs = 30_000;

    public static IReadOnlyList<RequestShape> All { get; } =
    [
        Of<MetadataRequest, MetadataResponse>("metadata", 12, entries => new()
        {
            AllowAutoTopicCreation = false, Topics = entries.Of(i => new MetadataRequest.MetadataRequestTopic { Name = Names.Of(i) }),
        }),
        Of<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>("describe-topic-partitions", 0, entries => new()
        {
            Topics = entries.Of(i => new DescribeTopicPartitionsRequest.TopicRequest { Name = Names.Of(i) }),
        }),
        Of<CreateTopicsRequest, CreateTopicsResponse>("create-topics", 7, entries => new()
        {
            ValidateOnly = true, TimeoutMs = TimeoutMs,
            Topics = entries.Of(i => new CreateTopicsRequest.CreatableTopic
            {
                Name = "new-" + Names.Of(i), NumPartitions = 1, ReplicationFactor = 1,
            }),
        }),
        Of<CreateTopicsRequest, CreateTopicsResponse>("create-topics-assignments", 7, entries => new()
        {
            ValidateOnly = true, TimeoutMs = TimeoutMs,
            Topics =
            [
                new()
                {
                    Name = "new", NumPartitions = -1, ReplicationFactor = -1,
                    Assignments = entries.Of(i => new CreateTopicsRequest.CreatableReplicaAssignment
                    {
                        PartitionIndex = i, BrokerIds = [1],
                    }),
                },
            ],
        }),
        Of<CreateTopicsRequest, CreateTopicsResponse>("create-topics-configs", 7, entries => new()
        {
            ValidateOnly = true, TimeoutMs = TimeoutMs,
            Topics =
            [
                new()
                {
                    Name = "new", NumPartitions = 1, ReplicationFactor = 1,
                    Configs = entries.Of(i => new CreateTopicsRequest.CreatableTopicConfig { Name = Names.Of(i), Value = "1" }),
                },
            ],
        }),
        Of<DeleteTopicsRequest, DeleteTopicsResponse>("delete-topics", 6, entries => new()
        {
            TimeoutMs = TimeoutMs, Topics = entries.Of(i => new DeleteTopicsRequest.DeleteTopicState { Name = "absent-" + Names.Of(i) }),
        }),
        Of<CreatePartitionsRequest, CreatePartitionsResponse>("create-partitions", 2, entries => new()
        {
            ValidateOnly = true, TimeoutMs = TimeoutMs,
            Topics = entries.Of(i => new CreatePartitionsRequest.CreatePartitionsTopic
            {
                Name = Names.Of(i), Count = 2, Assignments = null,
            }),
        }),
        Of<ElectLeadersRequest, ElectLeadersResponse>("elect-leaders", 2, entries => new()
        {
            TimeoutMs = TimeoutMs,
            TopicPartitions = entries.Of(i => new ElectLeadersRequest.TopicPartitionsData { Topic = Names.Of(i), Partitions = [0] }),
        }),
        Of<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>("alter-partition-reassignments", 0, entries => new()
        {
            TimeoutMs = TimeoutMs,
            Topics = entries.Of(i => new AlterPartitionReassignmentsRequest.ReassignableTopic
            {
                Name = Names.Of(i), Partitions = [new() { PartitionIndex = 0, Replicas = [1] }],
            }),
        }),
        Of<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>("list-partition-reassignments", 0, entries => new()
        {
            TimeoutMs = TimeoutMs,
            Topics = entries.Of(i => new ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics
            {
                Name = Names.Of(i), PartitionIndexes = [0],
            }),
        }),
    ];

    public static RequestFrame MetadataById(IEnumerable<Uuid> ids) =>
        Metadata(ids.Select(id => new MetadataRequest.MetadataRequestTopic { TopicId = id, Name = null }));

    public static RequestFrame MetadataByName(IEnumerable<string> names) =>
        Metadata(names.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name }));

    public static RequestFrame MetadataOfAll => RequestFrame.Of<MetadataRequest, MetadataResponse>(new() { Topics = null }, 12);

    private static RequestFrame Metadata(IEnumerable<MetadataRequest.MetadataRequestTopic> topics) =>
        RequestFrame.Of<MetadataRequest, MetadataResponse>(new() { AllowAutoTopicCreation = false, Topics = [.. topics] }, 12);
}
