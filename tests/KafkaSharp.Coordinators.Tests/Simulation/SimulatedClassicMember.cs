using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Coordinators.Tests.Migration;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Partition = (KafkaSharp.Protocol.Uuid Topic, int Index);

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>
/// A member of the classic protocol, eager or cooperative. When it leads a classic group it assigns each partition to one of those that
/// subscribe to it, but none that another member still has.
/// </summary>
internal sealed class SimulatedClassicMember(GroupSimulation simulation, string? instanceId, bool isCooperative)
    : SimulatedMember(simulation, instanceId)
{
    // With the term: a coordinator that loads the log knows a member again whose removal no generation has followed.
    private readonly HashSet<(string MemberId, int Term)> _dead = [];
    private bool _mustJoin = true;

    public override void Subscribe(string[] topics)
    {
        base.Subscribe(topics);
        _mustJoin = true;
    }

    public override async Task LeaveAsync()
    {
        Note("leaves");
        if (MemberId.Length > 0)
            await Harness.Leave((MemberId, InstanceId));
    }

    public override async Task JoinLateAsync()
    {
        var number = Simulation.NextRequest();
        var joined = await Harness.Join(MemberId, InstanceId, session: 10_000, rebalance: 20_000, metadata: Subscription());
        Note("late: joins", joined.ErrorCode);
        if (joined.ErrorCode == ErrorCode.None)
            Simulation.OnInstanceJoined(InstanceId, joined.MemberId, number);
    }

    protected override async Task ContinueAsync()
    {
        if (_mustJoin)
        {
            await JoinAsync();
            return;
        }
        Simulation.ReadLog();
        var (memberId, epoch, isReplaced) = (MemberId, Epoch, Simulation.IsReplaced(InstanceId, MemberId));
        var length = Simulation.LogLength;
        var isUnknown = isReplaced || (Simulation.Log.Group is not null && !Simulation.Log.MayBeat(memberId, InstanceId, epoch, null));
        var error = await Harness.Heartbeat(memberId, epoch, InstanceId);
        Note("beats", error);
        if (error == ErrorCode.None && isUnknown && !Simulation.WasAhead(length))
            Simulation.Fail($"a heartbeat of {memberId} in {epoch} was accepted, which the group does not know", this);
        if (!HasCrashed && !Simulation.LosesResponse())
            React(error);
    }

    /// <summary>Of a member id that the coordinator has disowned, or of a generation that this member has left.</summary>
    protected override async Task SendLateAsync(PastIdentity past)
    {
        Simulation.ReadLog();
        var isOld = past.MemberId == MemberId && past.Term == Simulation.Term && Term == past.Term && past.Epoch >= 0 && past.Epoch < Epoch;
        var length = Simulation.LogLength;
        if (!isOld && !_dead.Contains((past.MemberId, Simulation.Term)))
            return;
        switch (Random.Next(5))
        {
            case 0:
                MustBeRefused(await Harness.Heartbeat(past.MemberId, past.Epoch, InstanceId), "a heartbeat", past, length);
                break;
            case 1:
                MustBeRefused((await Harness.Sync(past.MemberId, past.Epoch, InstanceId)).ErrorCode, "a sync", past, length);
                break;
            case 2 when !isOld:
                var left = await Harness.Leave((past.MemberId, InstanceId));
                MustBeRefused(left.ErrorCode != ErrorCode.None ? left.ErrorCode : left.Members[0].ErrorCode, "a leave", past, length);
                break;
            // A consumer group takes any member id as a new one, because it keeps none that is about to join (as Kafka's).
            case 3 when !isOld && Simulation.Log.Group is null:
                var joined = await Harness.Join(past.MemberId, InstanceId, metadata: Subscription());
                MustBeRefused(joined.ErrorCode, "a join", past, length);
                break;
            case 4 when past.Owned.Count > 0 && past.Epoch >= 0:
                var partition = past.Owned.First();
                if (!Simulation.Log.MayCommit(past.MemberId, past.Epoch, partition))
                    await CommitLateAsync(past, partition);
                break;
        }
    }

    protected override bool MayCommit(string memberId, int epoch, Partition partition)
    {
        Simulation.ReadLog();
        return !Simulation.IsReplaced(InstanceId, memberId) && !_dead.Contains((memberId, Simulation.Term))
            && (Simulation.Log.Group is null || Simulation.Log.MayCommit(memberId, epoch, partition));
    }

    protected override bool MustCommit(Partition partition) =>
        Simulation.Log.Group is not null && MayCommit(MemberId, Epoch, partition);

    protected override void OnResponse(ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.None or ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress:
            case ErrorCode.RequestTimedOut or ErrorCode.UnknownTopicOrPartition:
            case var _ when IsTooLarge(error):
                return;
            case ErrorCode.RebalanceInProgress or ErrorCode.MemberIdRequired:
                _mustJoin = true;
                return;
            case ErrorCode.UnknownMemberId:
                Remember();
                _dead.Add((MemberId, Simulation.Term));
                MemberId = "";
                Drop();
                _mustJoin = true;
                return;
            case ErrorCode.IllegalGeneration:
                Remember();
                Drop();
                _mustJoin = true;
                return;
            case ErrorCode.FencedInstanceId:
                Crash();
                return;
            default:
                Simulation.Fail($"{error} is no error that a member of the classic protocol may receive", this);
                return;
        }
    }

    private async Task JoinAsync()
    {
        // A group that has forgotten a cooperative member takes it as a new one, and gives to others what it still has, as Kafka's does.
        Simulation.ReadLog();
        if (!isCooperative || (Simulation.Log.Group is { } group && group.Find(MemberId) is null))
            Drop();
        var topics = Topics;
        var number = Simulation.NextRequest();
        var joined = await Harness.Join(MemberId, InstanceId, session: 10_000, rebalance: 20_000, metadata: Subscription());
        Note("joins", joined.ErrorCode);
        if (joined.ErrorCode == ErrorCode.None)
            Simulation.OnInstanceJoined(InstanceId, joined.MemberId, number);
        if (HasCrashed || Simulation.LosesResponse())
            return;
        if (joined.ErrorCode == ErrorCode.MemberIdRequired)
            MemberId = joined.MemberId;
        React(joined.ErrorCode);
        if (joined.ErrorCode != ErrorCode.None)
            return;
        (MemberId, Epoch, Term, IsMember) = (joined.MemberId, joined.GenerationId, Simulation.Term, true);
        Remember();
        var synced = await Harness.Sync(MemberId, Epoch, InstanceId, joined.Leader == MemberId ? Assign(joined.Members) : []);
        Note("syncs", synced.ErrorCode);
        if (HasCrashed || Simulation.LosesResponse())
            return;
        React(synced.ErrorCode);
        if (synced.ErrorCode != ErrorCode.None)
            return;
        (Uuid, int)[] assigned =
        [
            .. ClassicConsumer.Read(synced.Assignment).Where(partition => !Harness.Topics.TopicId(partition.Topic).IsZero)
                .Select(partition => (Harness.Topics.TopicId(partition.Topic), partition.Partition)),
        ];
        // A cooperative member joins again when it has given something up, so that others can have it.
        _mustJoin = topics != Topics || (isCooperative && !Owned.IsSubsetOf(assigned));
        await Own(assigned);
    }

    private (string, byte[])[] Assign(List<JoinGroupResponse.JoinGroupResponseMember> joined)
    {
        var members = joined.OrderBy(member => member.MemberId, StringComparer.Ordinal)
            .Select(member => (member.MemberId, Subscription: Read(member.Metadata))).ToList();
        var assigned = members.ToDictionary(member => member.MemberId, _ => new List<(string, int)>());
        foreach (var topic in members.SelectMany(member => member.Subscription.Topics).Distinct().Order(StringComparer.Ordinal))
        {
            var subscribers = members.Where(member => member.Subscription.Topics.Contains(topic)).ToList();
            for (var partition = 0; partition < Simulation.Topics.All.GetValueOrDefault(topic); partition++)
            {
                var chosen = subscribers[partition % subscribers.Count].MemberId;
                var isOwnedByAnother = members.Any(member => member.MemberId != chosen && member.Subscription.OwnedPartitions.Any(
                    owned => owned.Topic == topic && owned.Partitions.Contains(partition)));
                if (!isOwnedByAnother)
                    assigned[chosen].Add((topic, partition));
            }
        }
        return [.. assigned.Select(member => (member.Key, ClassicConsumer.Assignment([.. member.Value])))];
    }

    private byte[] Subscription() => GroupHarness.Write(
        new ConsumerProtocolSubscription
        {
            Topics = [.. Topics],
            OwnedPartitions =
            [
                .. Owned.Where(owned => Harness.Topics.TopicName(owned.Topic) is not null).GroupBy(owned => owned.Topic)
                    .Select(topic => new ConsumerProtocolSubscription.TopicPartition
                    {
                        Topic = Harness.Topics.TopicName(topic.Key)!, Partitions = [.. topic.Select(owned => owned.Index)],
                    }),
            ],
        }, 1);

    private static ConsumerProtocolSubscription Read(byte[] metadata)
    {
        var reader = new KafkaReader(metadata);
        return ConsumerProtocolSubscription.Read(ref reader, reader.ReadInt16());
    }
}
