namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>A selection of what eng/check-storage runs.</summary>
public sealed class StorageSimulationTests
{
    // The multiples of three are the histories without failing calls: see Histories.
    [Test]
    public void What_was_acknowledged_survives_kills_and_power_failures([Range(3, 180, 3)] int seed) => Run(seed);

    [Test]
    public void So_it_does_while_calls_of_the_disk_fail([Range(1, 118, 3)] int seed) => Run(seed);

    // They have failed once: decision 54.
    [Test]
    public void What_was_found_does_not_come_back([Values(10, 205, 505, 560, 586, 592, 950, 2819, 3901, 3913, 3971)] int seed) => Run(seed);

    [Test]
    public void Whichever_call_fails_the_log_keeps_what_was_acknowledged([Values(7)] int seed)
    {
        var totals = new SimulationTotals();
        Histories.RunWithEachCallFailing(seed, compacts: false, totals);
        Assert.That(totals.Faults, Is.GreaterThan(50));
    }

    // Some have failed once: decision 54.
    [Test]
    public void Compaction_and_retention_keep_what_they_must([Range(1, 60)] int seed) => RunCompacted(seed);

    [Test]
    public void So_they_do_where_they_once_failed([Values(108, 206, 300, 1663)] int seed) => RunCompacted(seed);

    [Test]
    public void A_full_disk_costs_nothing_that_was_acknowledged([Range(1, 60)] int seed) => RunOnFullDisk(seed, compacts: false);

    // Seeds that have failed once.
    [Test]
    public void Nor_does_it_where_logs_are_compacted([Values(108, 372)] int seed) => RunOnFullDisk(seed, compacts: true);

    private static void RunOnFullDisk(int seed, bool compacts)
    {
        var totals = new SimulationTotals();
        Histories.RunOnFullDisk(seed, compacts, totals);
        Assert.That(totals.Faults, Is.GreaterThan(0));
    }

    private static void RunCompacted(int seed)
    {
        var totals = new SimulationTotals();
        Histories.Run(seed, compacts: true, totals);
        Assert.That(totals.Compactions, Is.GreaterThan(0));
    }

    private static void Run(int seed)
    {
        var totals = new SimulationTotals();
        Histories.Run(seed, compacts: false, totals);
        Assert.That(totals.Steps, Is.GreaterThan(50));
    }
}
