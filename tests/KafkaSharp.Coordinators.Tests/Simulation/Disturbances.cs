using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>
/// What happens to a simulated group from outside: members crash, leave, pause and are replaced, topics change, the log fails, the
/// coordinator moves, time passes.
/// </summary>
internal sealed class Disturbances(GroupSimulation simulation)
{
    private int _logWorksAt = -1;

    /// <summary>How often the coordinator has moved.</summary>
    public int Term { get; private set; }

    private Random Random => simulation.Random;

    private GroupHarness Harness => simulation.Harness;

    private List<SimulatedMember> Members => simulation.Members;

    private SimulatedTopics Topics => simulation.Topics;

    private int MemberCount => simulation.MemberCount;

    /// <summary>So long that each member acts about twice a second, and rarely so long that sessions expire.</summary>
    public void Advance() => Harness.Advance(Random.Next(
        Random.Next(40 + (4 * MemberCount)) == 0 ? 12_000 : Math.Max(2, 4000 / MemberCount)));

    public async Task DisturbAsync(SingleThread thread)
    {
        var index = Random.Next(Members.Count);
        var member = Members[index];
        switch (Random.Next(42))
        {
            case < 6:
                member.Crash();
                Members[index] = simulation.NewMember(member);
                if (Random.Next(3) == 0)
                    _ = member.JoinLateAsync();
                break;
            case < 12:
                var leaving = member.LeaveAsync();
                await thread.Settled();
                member.Crash();
                Members[index] = simulation.NewMember(member);
                _ = leaving;
                break;
            case < 18:
                member.Pause(Random.Next(500, Random.Next(3) == 0 ? 70_000 : 15_000));
                break;
            case < 22 when member.InstanceId is null:
                member.Subscribe(Topics.Some());
                break;
            case < 24 when simulation.HasLinger && Random.Next(2) == 0:
                Harness.Storage.OnAppend = FailSometimes;
                DisturbLog("some appends fail");
                break;
            case < 24:
                Harness.Storage.AppendError = Random.Next(2) == 0 ? ErrorCode.NotEnoughReplicas : ErrorCode.KafkaStorageError;
                DisturbLog($"appends fail with {Harness.Storage.AppendError}");
                break;
            case < 26:
                Harness.Storage.HoldsCommits = true;
                DisturbLog("no commits");
                break;
            case < 28:
                ChangeTopics();
                break;
            case 28 when Random.Next(1 + (MemberCount / 40)) == 0:
                Reload();
                break;
            case < 34 when member.InstanceId is not null && Members.Count < MemberCount + 3:
                // A second one with its instance id, while it is there.
                Members.Add(simulation.NewMember(member));
                break;
        }
    }

    /// <summary>The log works again if it is time.</summary>
    public void EndLogFault()
    {
        if (simulation.StepNumber == _logWorksAt)
            RepairLog();
    }

    public void RepairLog()
    {
        Harness.Storage.AppendError = ErrorCode.None;
        Harness.Storage.OnAppend = null;
        Harness.Storage.HoldsCommits = false;
        Harness.Storage.CommitAll();
        simulation.Note("the log works");
    }

    /// <summary>The coordinator moves, and finds a log of which a part was compacted.</summary>
    public void Reload()
    {
        simulation.ReadLog();
        Harness.Coordinator.OnResignation(0, ++Term);
        if (Random.Next(4) > 0)
            Harness.Storage.Compact(0, Random.Next(Harness.Storage.Entries(0).Count));
        Harness.Coordinator.OnElection(0, ++Term);
        simulation.Note($"coordinator is in term {Term}");
    }

    private void FailSometimes()
    {
        if (Random.Next(3) == 0)
            throw new StateMachineException(ErrorCode.KafkaStorageError, "the simulated log fails");
    }

    private void DisturbLog(string how)
    {
        simulation.Note(how);
        _logWorksAt = simulation.StepNumber + Random.Next(1, 20 + (2 * MemberCount));
    }

    private void ChangeTopics()
    {
        var (name, deleted) = Topics.Change();
        simulation.Note($"topic {name} {(deleted is null ? $"has {Topics.All[name]} partitions" : "is deleted")}");
        if (deleted is { } topicId)
            simulation.Forget(topicId);
    }
}
