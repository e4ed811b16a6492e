using System.Text.RegularExpressions;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>What eng/check-storage runs.</summary>
internal static class SimulationProgram
{
    public static int Main(string[] arguments)
    {
        if (Array.IndexOf(arguments, "--trace") is >= 0 and var trace && trace + 1 < arguments.Length)
        {
            SimulatedFileSystem.Traced = (operation, path) =>
            {
                if (operation != FileOperation.Read && Regex.IsMatch(path, arguments[trace + 1]))
                    Console.WriteLine($"  {operation} {path}");
            };
            StorageSimulation.Traced = Console.WriteLine;
        }
        var total = new SimulationTotals();
        return new SeededRuns(2000).Run(arguments, seed => Run(seed, arguments), total.Add);
    }

    private static (string? Failure, SimulationTotals Totals) Run(int seed, string[] arguments)
    {
        var totals = new SimulationTotals();
        var compacts = arguments.Contains("--compaction");
        try
        {
            if (arguments.Contains("--each-call"))
                Histories.RunWithEachCallFailing(seed, compacts, totals);
            else if (arguments.Contains("--full-disk"))
                Histories.RunOnFullDisk(seed, compacts, totals);
            else
                Histories.Run(seed, compacts, totals);
            return (null, totals);
        }
        catch (SimulationException e)
        {
            var modes = string.Join(' ', arguments.Where(argument => argument is "--each-call" or "--full-disk" or "--compaction"));
            return ($"{e.Message}\nRepeat it with eng/check-storage 1 {seed} {modes}", totals);
        }
    }
}
