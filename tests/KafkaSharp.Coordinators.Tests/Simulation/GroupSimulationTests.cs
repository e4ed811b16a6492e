using KafkaSharp.Coordinators.Tests.Harness;

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>
/// Groups of both protocols under a random load. No partition has two owners, members that are fenced learn of it, nothing that was
/// committed goes back, left alone every partition has an owner, and a load does not change the state. A seed gives the same run every
/// time; <c>eng/check-groups</c> runs many.
/// </summary>
internal sealed class GroupSimulationTests
{
    [Test]
    public void No_partition_has_two_owners_and_nothing_committed_goes_back()
    {
        var totals = new SimulationTotals();
        var gate = new Lock();
        Parallel.For(1, 25, seed => Run(new GroupSimulation(seed), 1500, totals, gate));
        TestContext.Progress.WriteLine(totals);
        Assert.That(totals.Commits, Is.GreaterThan(2000));
        Assert.That(totals.Upgrades, Is.GreaterThan(3));
        Assert.That(totals.Downgrades, Is.GreaterThan(0));
        Assert.That(totals.Refused, Is.GreaterThan(150));
    }

    [Test]
    public void Three_hundred_members_keep_the_same_rules() =>
        Run(new GroupSimulation(2, members: 300), 8000, new SimulationTotals(), new Lock());

    private static void Run(GroupSimulation simulation, int steps, SimulationTotals totals, Lock gate)
    {
        SingleThread.Run(thread => simulation.RunAsync(thread, steps));
        lock (gate)
            totals.Add(simulation);
    }
}
