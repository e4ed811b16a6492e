namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>What happened in many runs: a run in which nothing happens proves nothing.</summary>
internal sealed class SimulationTotals
{
    public long Steps { get; private set; }

    public int Upgrades { get; private set; }

    public int Downgrades { get; private set; }

    public int Commits { get; private set; }

    public int Refused { get; private set; }

    public SimulationTotals Add(GroupSimulation simulation)
    {
        Steps += simulation.StepNumber;
        Upgrades += simulation.Log.Upgrades;
        Downgrades += simulation.Log.Downgrades;
        Commits += simulation.Commits;
        Refused += simulation.Refused;
        return this;
    }

    public override string ToString() =>
        $"{Steps} steps, {Upgrades} upgrades, {Downgrades} downgrades, {Commits} commits, {Refused} late requests refused";
}
