using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Owned = KafkaSharp.Protocol.Messages.ConsumerGroupHeartbeatRequest.TopicPartitionsData;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>A member of a consumer group as a test drives it; it knows the epoch and the assignment of its last response.</summary>
internal sealed class SimulatedConsumer(GroupHarness harness, string memberId, string? instanceId = null)
{
    public string MemberId { get; } = memberId;

    public int Epoch { get; set; }

    /// <summary>What it has, as topic and partition; a test changes it to acknowledge an assignment or not.</summary>
    public List<(Uuid Topic, int Partition)> Owned { get; private set; } = [];

    public string OwnedText => string.Join(
        ' ', Owned.Order().Select(owned => $"{harness.Topics.TopicName(owned.Topic)}-{owned.Partition}"));

    /// <summary>Joins, or joins again without partitions.</summary>
    public Task<ConsumerGroupHeartbeatResponse> Join(
        string[]? topics = null, string? pattern = null, string? assignor = null, int rebalanceTimeout = 60_000, short version = 1)
    {
        Epoch = 0;
        Owned = [];
        return Send(new ConsumerGroupHeartbeatRequest
        {
            RebalanceTimeoutMs = rebalanceTimeout,
            SubscribedTopicNames = topics?.ToList(),
            SubscribedTopicRegex = pattern,
            ServerAssignor = assignor,
            TopicPartitions = [],
        }, version);
    }

    /// <summary>Says what it owns, and changes its subscription if one is given.</summary>
    public Task<ConsumerGroupHeartbeatResponse> Beat(string[]? topics = null, string? pattern = null) => Send(new()
    {
        SubscribedTopicNames = topics?.ToList(),
        SubscribedTopicRegex = pattern,
        TopicPartitions =
        [
            .. Owned.GroupBy(owned => owned.Topic).Select(topic => new Owned
            {
                TopicId = topic.Key, Partitions = [.. topic.Select(owned => owned.Partition)],
            }),
        ],
    });

    /// <summary>Says only that it is there.</summary>
    public Task<ConsumerGroupHeartbeatResponse> KeepAlive() => Send(new ConsumerGroupHeartbeatRequest());

    public Task<ConsumerGroupHeartbeatResponse> Leave(int epoch = -1)
    {
        Epoch = epoch;
        return Send(new ConsumerGroupHeartbeatRequest());
    }

    /// <summary>Sends a request with the ids and the epoch of the member.</summary>
    public async Task<ConsumerGroupHeartbeatResponse> Send(
        ConsumerGroupHeartbeatRequest request, short version = 1, Predicate<string>? mayDescribe = null)
    {
        request.GroupId = GroupHarness.GroupId;
        request.MemberId = MemberId;
        request.InstanceId = instanceId;
        request.MemberEpoch = Epoch;
        var response = await harness.Coordinator.Consumer.HeartbeatAsync(
            GroupHarness.Context(version), request, mayDescribe ?? (_ => true));
        if (response.ErrorCode != ErrorCode.None)
            return response;
        Epoch = response.MemberEpoch;
        if (response.Assignment is { } assignment)
            Owned = [.. assignment.TopicPartitions.SelectMany(topic => topic.Partitions.Select(partition => (topic.TopicId, partition)))];
        return response;
    }
}
