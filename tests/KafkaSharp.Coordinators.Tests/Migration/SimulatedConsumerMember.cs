using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>A member of the consumer protocol. After an error or a lost response it sends all fields, as clients do.</summary>
internal sealed class SimulatedConsumerMember : SimulatedMember
{
    private bool _mustSendAll = true;

    public SimulatedConsumerMember(MigrationSimulation simulation, string? instanceId, string? pattern)
        : base(simulation, instanceId)
    {
        MemberId = simulation.NewMemberId();
        Pattern = pattern;
        Epoch = 0;
    }

    /// <summary>The beginning of the topics it subscribes to; null when it names them.</summary>
    public string? Pattern { get; }

    public override bool IsSubscribedTo(string topic) =>
        Pattern is null ? base.IsSubscribedTo(topic) : topic.StartsWith(Pattern, StringComparison.Ordinal);

    public override void Subscribe(string[] topics)
    {
        base.Subscribe(topics);
        _mustSendAll = true;
    }

    public override async Task LeaveAsync()
    {
        if (!IsMember)
            return;
        await Send(new ConsumerGroupHeartbeatRequest { MemberEpoch = InstanceId is not null && Simulation.Random.Next(2) == 0 ? -2 : -1 });
    }

    protected override async Task ContinueAsync()
    {
        var isJoining = Epoch == 0;
        var request = new ConsumerGroupHeartbeatRequest { MemberEpoch = Epoch };
        var sendsAll = isJoining || _mustSendAll;
        _mustSendAll = false;
        if (sendsAll)
        {
            request.RebalanceTimeoutMs = 20_000;
            request.SubscribedTopicNames = Pattern is null ? [.. Topics] : null;
            request.SubscribedTopicRegex = Pattern is null ? "" : $"{Pattern}.*";
        }
        if (sendsAll || Simulation.Random.Next(2) == 0)
        {
            request.TopicPartitions =
            [
                .. Owned.GroupBy(owned => owned.Topic).Select(topic => new ConsumerGroupHeartbeatRequest.TopicPartitionsData
                {
                    TopicId = topic.Key, Partitions = [.. topic.Select(owned => owned.Partition)],
                }),
            ];
        }
        var response = await Send(request);
        if (HasCrashed)
            return;
        if (Simulation.LosesResponse())
        {
            _mustSendAll = true;
            return;
        }
        React(response.ErrorCode);
        if (response.ErrorCode != ErrorCode.None)
        {
            _mustSendAll = true;
            return;
        }
        (Epoch, Term, IsMember) = (response.MemberEpoch, Simulation.Term, true);
        if (response.Assignment is { } assignment)
            await Own(assignment.TopicPartitions.SelectMany(topic => topic.Partitions.Select(partition => (topic.TopicId, partition))));
    }

    protected override void OnResponse(ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.None:
                return;
            case ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress:
            case ErrorCode.StaleMemberEpoch or ErrorCode.UnreleasedInstanceId or ErrorCode.RequestTimedOut:
                _mustSendAll = true;
                return;
            case ErrorCode.UnknownMemberId or ErrorCode.FencedMemberEpoch or ErrorCode.GroupIdNotFound:
            // A classic group cannot be converted before its first rebalance ends.
            case ErrorCode.UnknownServerError when Epoch == 0:
            case ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress:
                Drop();
                Epoch = 0;
                return;
            case ErrorCode.FencedInstanceId:
                Crash();
                return;
            case ErrorCode.UnknownTopicOrPartition:
                return;
            default:
                Assert.Fail($"{error} is no error that a member of the consumer protocol may receive");
                return;
        }
    }

    private Task<ConsumerGroupHeartbeatResponse> Send(ConsumerGroupHeartbeatRequest request)
    {
        request.GroupId = GroupHarness.GroupId;
        request.MemberId = MemberId;
        request.InstanceId = InstanceId;
        return Harness.Coordinator.Consumer.HeartbeatAsync(GroupHarness.Context(1), request, _ => true);
    }
}
