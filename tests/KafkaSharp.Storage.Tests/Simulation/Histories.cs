using KafkaSharp.Storage.Tests.FileSystem;

namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>The histories that a seed stands for, in tests and in eng/check-storage.</summary>
internal static class Histories
{
    private const int Steps = 150;
    private const int StepsWithEachCall = 40;

    /// <summary>Two of three histories with failing calls, the others with kills and power failures between calls only.</summary>
    /// <exception cref="SimulationException">An invariant does not hold.</exception>
    public static void Run(int seed, bool compacts, SimulationTotals totals)
    {
        var simulation = new StorageSimulation(seed, compacts, seed % 3 == 0 ? [] : Enum.GetValues<DiskFault>());
        simulation.Run(Steps);
        totals.Add(simulation.Totals);
    }

    /// <summary>A history whose disk is full now and then, and meets no other fault.</summary>
    /// <exception cref="SimulationException">An invariant does not hold.</exception>
    public static void RunOnFullDisk(int seed, bool compacts, SimulationTotals totals)
    {
        var simulation = new StorageSimulation(seed, compacts) { IsOftenFull = true };
        simulation.Run(Steps);
        totals.Add(simulation.Totals);
    }

    /// <summary>One short history as often as it has calls: in each run another one fails, in turn with each fault.</summary>
    /// <exception cref="SimulationException">An invariant does not hold.</exception>
    public static void RunWithEachCallFailing(int seed, bool compacts, SimulationTotals totals)
    {
        long calls = 1;
        for (long call = 0; call < calls; call++)
        {
            var fault = (DiskFault)(call % Enum.GetValues<DiskFault>().Length);
            var simulation = new StorageSimulation(seed, compacts) { SingleFault = (fault, call) };
            simulation.Run(StepsWithEachCall);
            totals.Add(simulation.Totals);
            calls = Math.Max(calls, simulation.CallsOfFirstProcess);
        }
    }
}
