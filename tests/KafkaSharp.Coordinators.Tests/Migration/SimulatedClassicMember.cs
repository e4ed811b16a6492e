using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>
/// A member of the classic protocol, eager or cooperative. When it leads a classic group it assigns each partition to one of those that
/// subscribe to it, but none that another member still has.
/// </summary>
internal sealed class SimulatedClassicMember(MigrationSimulation simulation, string? instanceId, bool isCooperative)
    : SimulatedMember(simulation, instanceId)
{
    private bool _mustJoin = true;

    public override void Subscribe(string[] topics)
    {
        base.Subscribe(topics);
        _mustJoin = true;
    }

    public override async Task LeaveAsync()
    {
        if (MemberId.Length > 0)
            await Harness.Leave((MemberId, InstanceId));
    }

    protected override async Task ContinueAsync()
    {
        if (_mustJoin)
        {
            await JoinAsync();
            return;
        }
        var error = await Harness.Heartbeat(MemberId, Epoch, InstanceId);
        if (!HasCrashed && !Simulation.LosesResponse())
            React(error);
    }

    protected override void OnResponse(ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.None or ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress:
            case ErrorCode.RequestTimedOut or ErrorCode.UnknownTopicOrPartition:
                return;
            case ErrorCode.RebalanceInProgress or ErrorCode.MemberIdRequired:
                _mustJoin = true;
                return;
            case ErrorCode.UnknownMemberId:
                MemberId = "";
                Drop();
                _mustJoin = true;
                return;
            case ErrorCode.IllegalGeneration:
                Drop();
                _mustJoin = true;
                return;
            case ErrorCode.FencedInstanceId:
                Crash();
                return;
            default:
                Assert.Fail($"{error} is no error that a member of the classic protocol may receive");
                return;
        }
    }

    private async Task JoinAsync()
    {
        if (!isCooperative)
            Drop();
        var topics = Topics;
        var joined = await Harness.Join(MemberId, InstanceId, session: 10_000, rebalance: 20_000, metadata: Subscription());
        if (HasCrashed || Simulation.LosesResponse())
            return;
        if (joined.ErrorCode == ErrorCode.MemberIdRequired)
            MemberId = joined.MemberId;
        React(joined.ErrorCode);
        if (joined.ErrorCode != ErrorCode.None)
            return;
        (MemberId, Epoch, Term, IsMember) = (joined.MemberId, joined.GenerationId, Simulation.Term, true);
        var synced = await Harness.Sync(MemberId, Epoch, InstanceId, joined.Leader == MemberId ? Assign(joined.Members) : []);
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
            for (var partition = 0; partition < Simulation.PartitionsOf(topic); partition++)
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
                        Topic = Harness.Topics.TopicName(topic.Key)!, Partitions = [.. topic.Select(owned => owned.Partition)],
                    }),
            ],
        }, 1);

    private static ConsumerProtocolSubscription Read(byte[] metadata)
    {
        var reader = new KafkaReader(metadata);
        return ConsumerProtocolSubscription.Read(ref reader, reader.ReadInt16());
    }
}
