using System.Text.RegularExpressions;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Partition = (KafkaSharp.Protocol.Uuid Topic, int Index);

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>A member of the consumer protocol. After an error or a lost response it sends all fields, as clients do.</summary>
internal sealed class SimulatedConsumerMember : SimulatedMember
{
    private static readonly string[] _patterns = ["t.*", "con|t1", ".*", "t[12]", "x.*"];

    private bool _mustSendAll = true;
    private string? _pattern;

    public SimulatedConsumerMember(GroupSimulation simulation, string? instanceId, bool hasPattern)
        : base(simulation, instanceId)
    {
        MemberId = simulation.NewMemberId();
        _pattern = hasPattern ? _patterns[simulation.Random.Next(_patterns.Length)] : null;
        Epoch = 0;
    }

    public override bool IsSubscribedTo(string topic) =>
        _pattern is null ? base.IsSubscribedTo(topic) : Regex.IsMatch(topic, $"^({_pattern})$");

    /// <summary>Changes its regular expression, if it has one.</summary>
    public override void Subscribe(string[] topics)
    {
        base.Subscribe(topics);
        if (_pattern is not null && Topics.Length > 0)
            _pattern = _patterns[Random.Next(_patterns.Length)];
        _mustSendAll = true;
    }

    public override async Task LeaveAsync()
    {
        if (!IsMember)
            return;
        var epoch = InstanceId is not null && Random.Next(2) == 0 ? -2 : -1;
        Note($"leaves with {epoch}");
        await Send(new ConsumerGroupHeartbeatRequest { MemberEpoch = epoch });
    }

    public override async Task JoinLateAsync()
    {
        var request = new ConsumerGroupHeartbeatRequest { MemberEpoch = 0, TopicPartitions = [] };
        Subscribed(request);
        var number = Simulation.NextRequest();
        var error = (await Send(request)).ErrorCode;
        Note("late: joins", error);
        if (error == ErrorCode.None)
            Simulation.OnInstanceJoined(InstanceId, MemberId, number);
    }

    protected override async Task ContinueAsync()
    {
        var isJoining = Epoch == 0;
        var request = new ConsumerGroupHeartbeatRequest { MemberEpoch = Epoch };
        var sendsAll = isJoining || _mustSendAll;
        _mustSendAll = false;
        if (sendsAll)
            Subscribed(request);
        if (sendsAll || Random.Next(2) == 0)
            request.TopicPartitions = Reported(Owned);
        // The response to the first of two is lost.
        var isSecond = Simulation.Happens(20);
        if (isSecond)
            _ = Send(request);
        var number = Simulation.NextRequest();
        Simulation.ReadLog();
        var mayBeat = Simulation.Log.MayBeat(MemberId, InstanceId, Epoch, request.TopicPartitions is null ? null : Owned);
        var length = Simulation.LogLength;
        var response = await Send(request);
        Note(isJoining ? "joins" : request.TopicPartitions is null ? "beats" : "beats with its partitions", response.ErrorCode);
        if (isJoining && response.ErrorCode == ErrorCode.None)
            Simulation.OnInstanceJoined(InstanceId, MemberId, number);
        if (!isJoining)
            Check(mayBeat, response.ErrorCode, request.MemberEpoch, length);
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
        _mustSendAll |= isSecond;
        if (response.Assignment is { } assignment)
            await Own(assignment.TopicPartitions.SelectMany(topic => topic.Partitions.Select(partition => (topic.TopicId, partition))));
    }

    /// <summary>
    /// Heartbeats that the coordinator accepts say nothing about partitions here: one that arrives after a newer one would give up what the
    /// member has received since, in Kafka too. TCP keeps the order.
    /// </summary>
    protected override async Task SendLateAsync(PastIdentity past)
    {
        Simulation.ReadLog();
        var (log, length) = (Simulation.Log, Simulation.LogLength);
        switch (Random.Next(4))
        {
            case 0:
                var mayBeat = log.MayBeat(past.MemberId, InstanceId, past.Epoch, null);
                var beat = await Send(new ConsumerGroupHeartbeatRequest { MemberId = past.MemberId, MemberEpoch = past.Epoch });
                if (past.Epoch > 0 && !mayBeat)
                    MustBeRefused(beat.ErrorCode, "a heartbeat", past, length);
                // Its response may have had new partitions, of which the next one says nothing.
                _mustSendAll = true;
                break;
            case 1 when past.Epoch > 0 && !log.MayBeat(past.MemberId, InstanceId, past.Epoch, past.Owned):
                var request = new ConsumerGroupHeartbeatRequest
                {
                    MemberId = past.MemberId, MemberEpoch = past.Epoch, TopicPartitions = Reported(past.Owned),
                };
                Subscribed(request);
                var sent = Send(request);
                if (!Simulation.HasLinger && Simulation.LogLength != length)
                    Simulation.Fail("a late heartbeat that must be refused has written records", this);
                MustBeRefused((await sent).ErrorCode, "a heartbeat with partitions", past, length);
                break;
            case 2 when past.MemberId != MemberId && log.Group?.Find(past.MemberId) is null:
                var leave = await Send(new ConsumerGroupHeartbeatRequest { MemberId = past.MemberId, MemberEpoch = -1 });
                MustBeRefused(leave.ErrorCode, "a leave", past, length);
                break;
            case 3 when past.Owned.Count > 0 && past.Epoch > 0:
                var partition = past.Owned.First();
                if (!log.MayCommit(past.MemberId, past.Epoch, partition))
                    await CommitLateAsync(past, partition);
                break;
        }
    }

    protected override bool MayCommit(string memberId, int epoch, Partition partition)
    {
        Simulation.ReadLog();
        return Simulation.Log.MayCommit(memberId, epoch, partition);
    }

    protected override bool MustCommit(Partition partition) => MayCommit(MemberId, Epoch, partition);

    protected override void OnResponse(ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.None:
                return;
            case var _ when IsTooLarge(error):
                _mustSendAll = true;
                return;
            case ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress:
            case ErrorCode.StaleMemberEpoch or ErrorCode.UnreleasedInstanceId or ErrorCode.RequestTimedOut:
                _mustSendAll = true;
                return;
            case ErrorCode.UnknownMemberId or ErrorCode.FencedMemberEpoch or ErrorCode.GroupIdNotFound:
            // A classic group cannot be converted before its first rebalance ends.
            case ErrorCode.UnknownServerError when Epoch == 0:
            case ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress:
                Remember();
                Drop();
                Epoch = 0;
                return;
            case ErrorCode.FencedInstanceId:
                Crash();
                return;
            case ErrorCode.UnknownTopicOrPartition:
                return;
            default:
                Simulation.Fail($"{error} is no error that a member of the consumer protocol may receive", this);
                return;
        }
    }

    /// <summary>A member that the log does not know in its epoch learns of it, and no other member is fenced.</summary>
    private void Check(bool mayBeat, ErrorCode error, int epoch, int logLength)
    {
        if (Simulation.WasAhead(logLength))
            return;
        if (error == ErrorCode.None && !mayBeat)
            Simulation.Fail($"a heartbeat of {MemberId} in {epoch} was accepted, which the group does not know", this);
        if (error != ErrorCode.None && mayBeat && !IsUnavailable(error))
            Simulation.Fail($"a heartbeat of {MemberId} in {epoch} was refused with {error}", this);
    }

    private void Subscribed(ConsumerGroupHeartbeatRequest request)
    {
        request.RebalanceTimeoutMs = 20_000;
        request.SubscribedTopicNames = _pattern is null ? [.. Topics] : null;
        request.SubscribedTopicRegex = _pattern ?? "";
    }

    private static List<ConsumerGroupHeartbeatRequest.TopicPartitionsData> Reported(IEnumerable<Partition> owned) =>
    [
        .. owned.GroupBy(partition => partition.Topic).Select(topic => new ConsumerGroupHeartbeatRequest.TopicPartitionsData
        {
            TopicId = topic.Key, Partitions = [.. topic.Select(partition => partition.Index)],
        }),
    ];

    private Task<ConsumerGroupHeartbeatResponse> Send(ConsumerGroupHeartbeatRequest request)
    {
        request.GroupId = GroupHarness.GroupId;
        if (request.MemberId.Length == 0)
            request.MemberId = MemberId;
        request.InstanceId = InstanceId;
        return Harness.Coordinator.Consumer.HeartbeatAsync(GroupHarness.Context(1), request, _ => true);
    }
}
