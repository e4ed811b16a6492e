using KafkaSharp.Coordinators.Tests.Harness;
using Partition = (KafkaSharp.Protocol.Uuid Topic, int Index);

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>The end of a simulation, when nothing disturbs any more: every partition that someone subscribes to gets one owner.</summary>
internal sealed class Rest(GroupSimulation simulation, Ownership ownership)
{
    private List<SimulatedMember> Members => simulation.Members;

    private FixedTopics Known => simulation.Harness.Topics;

    public async Task ReachAsync(SingleThread thread)
    {
        simulation.ReadLog();
        // One of those that share an instance id, and members that the group can have.
        var instances = new HashSet<string>();
        foreach (var member in Members.ToList())
        {
            if (member.InstanceId is not { } instanceId || instances.Add(instanceId))
                continue;
            member.Crash();
            Members.Remove(member);
        }
        // Each request waits for the batch that it is in.
        var rounds = simulation.HasLinger ? 400 : 160;
        for (var round = 0; round < rounds && !IsAtRest(); round++)
        {
            foreach (var (member, i) in Members.Select((member, i) => (member, i)).ToList())
            {
                if (!member.HasCrashed && (simulation.MayUseConsumerProtocol || member is SimulatedClassicMember))
                    continue;
                member.Crash();
                Members[i] = simulation.NewMember(member);
            }
            simulation.Harness.Advance(500);
            // The client that leads a classic group watches the topics, and has its group rebalance when they change.
            foreach (var member in Members.Where(_ => round == 60 && simulation.Log.Group is null))
                member.Subscribe(member.Topics);
            foreach (var member in Members)
                member.Step();
            await thread.Settled();
            await ownership.CheckAsync();
        }
        if (Members.Find(member => !member.IsMember) is { } outside)
            simulation.Fail("at rest a member is not in the group", [outside, .. Members]);
        if (!IsAtRest())
        {
            var expected = Expected();
            var owned = Members.SelectMany(member => Owned(member).Select(partition => (Partition: partition, Member: member)))
                .ToLookup(pair => pair.Partition, pair => pair.Member);
            var missing = expected.Where(partition => !owned.Contains(partition)).ToList();
            var wrong = owned.Where(owners => owners.Count() > 1 || !expected.Contains(owners.Key)
                || owners.Any(owner => !owner.IsSubscribedTo(Known.TopicName(owners.Key.Topic)!))).ToList();
            List<string?> holders = [.. missing.Select(partition => simulation.Log.OtherHolder("", partition))];
            simulation.Fail(
                $"at rest {string.Join(' ', missing.Zip(holders, (partition, holder) => $"{partition} (assigned to {holder})"))} "
                + $"have no owner, {string.Join(' ', wrong.Select(owners => owners.Key))} the wrong ones",
                [
                    .. wrong.SelectMany(owners => owners), .. Members.Where(member => holders.Contains(member.MemberId)), .. Members,
                ]);
        }
    }

    private HashSet<Partition> Expected() =>
    [
        .. simulation.Topics.All.Where(topic => Members.Any(member => member.IsSubscribedTo(topic.Key)))
            .SelectMany(topic => Enumerable.Range(0, topic.Value).Select(partition => (Known.TopicId(topic.Key), partition))),
    ];

    private bool IsAtRest() =>
        Members.TrueForAll(member => member.IsMember)
        && Expected().SetEquals(Members.SelectMany(Owned))
        && Members.Sum(member => Owned(member).Count()) == Expected().Count
        && Members.TrueForAll(member => Owned(member).All(
            partition => member.IsSubscribedTo(Known.TopicName(partition.Topic)!)));

    /// <summary>What a member has of topics that exist: members of a classic group do not learn that a topic is deleted.</summary>
    private IEnumerable<Partition> Owned(SimulatedMember member) =>
        member.Owned.Where(partition => Known.TopicName(partition.Topic) is not null);
}
