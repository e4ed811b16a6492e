using KafkaSharp.Protocol;
using Partition = (KafkaSharp.Protocol.Uuid Topic, int Index);

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>No partition has two owners: neither by the log of the group, nor by what its members believe.</summary>
internal sealed class Ownership(GroupSimulation simulation)
{
    public async Task CheckAsync()
    {
        simulation.ReadLog();
        if (simulation.Log.HasDoubled)
        {
            var (partition, ids) = simulation.Log.Doubled.First();
            simulation.Fail(
                $"{partition} belongs to {string.Join(" and ", ids)} in the log",
                [.. simulation.Members.Where(member => ids.Contains(member.MemberId))]);
        }
        if (!simulation.Beliefs.HasContested
            || simulation.Harness.Storage is { HoldsCommits: true } or { AppendError: not ErrorCode.None } or { OnAppend: not null })
        {
            return;
        }
        // What members believe: those that the coordinator knows, in a consumer group whatever their epochs are. A member that has not
        // received its new epoch has given up what that takes away, so nobody else may have what it still has.
        var group = simulation.Log.Group;
        HashSet<string>? known = null;
        foreach (var (partition, believers) in simulation.Beliefs.Contested.ToList())
        {
            if (group is not null)
            {
                FailIfSeveral(partition, believers.Where(member => group.Find(member.MemberId) is { } logged
                    && (logged.MemberEpoch == member.Epoch || member is SimulatedConsumerMember)));
                continue;
            }
            foreach (var members in believers.Where(member => member is SimulatedClassicMember)
                .GroupBy(member => (member.Term, member.Epoch)).Where(members => members.Count() > 1).ToList())
            {
                known ??= [.. (await simulation.Now(simulation.Harness.Describe())).Members.Select(member => member.MemberId)];
                FailIfSeveral(partition, members.Where(member => known.Contains(member.MemberId)));
            }
        }
    }

    private void FailIfSeveral(Partition partition, IEnumerable<SimulatedMember> believers)
    {
        SimulatedMember[] all = [.. believers];
        if (all.Length > 1)
        {
            simulation.Fail(
                $"{partition} is owned by {string.Join(" and ", all.Select(member => $"{member.MemberId} in {member.Epoch}"))}", all);
        }
    }
}
