namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>What histories consisted of.</summary>
internal sealed class SimulationTotals
{
    public long Steps { get; set; }

    public long Restarts { get; set; }

    public long PowerFailures { get; set; }

    public long Faults { get; set; }

    public long Compactions { get; set; }

    public SimulationTotals Add(SimulationTotals other)
    {
        Steps += other.Steps;
        Restarts += other.Restarts;
        PowerFailures += other.PowerFailures;
        Faults += other.Faults;
        Compactions += other.Compactions;
        return this;
    }

    public override string ToString() =>
        $"{Steps} steps, {Restarts} crashes and stops, {PowerFailures} power failures, {Faults} failed calls, " +
        $"{Compactions} runs of the cleaner";
}
