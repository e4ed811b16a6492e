using System.Diagnostics;
using System.Text.RegularExpressions;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Tests.FileSystem;

namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>What eng/check-storage runs: many seeds on all processors, with a line of progress now and then.</summary>
internal static class SimulationProgram
{
    private const int MaxFailures = 5;

    public static int Main(string[] arguments)
    {
        var isEachCall = arguments.Contains("--each-call");
        var isFullDisk = arguments.Contains("--full-disk");
        var compacts = arguments.Contains("--compaction");
        var numbers = arguments.TakeWhile(argument => !argument.StartsWith('-')).Select(int.Parse).ToArray();
        if (Array.IndexOf(arguments, "--trace") is >= 0 and var trace && trace + 1 < arguments.Length)
        {
            SimulatedFileSystem.Traced = (operation, path) =>
            {
                if (operation != FileOperation.Read && Regex.IsMatch(path, arguments[trace + 1]))
                    Console.WriteLine($"  {operation} {path}");
            };
            StorageSimulation.Traced = Console.WriteLine;
        }
        var (runs, firstSeed) = (numbers.ElementAtOrDefault(0) is > 0 and var given ? given : 2000, numbers.Length > 1 ? numbers[1] : 1);
        var modes = string.Join(' ', arguments.Where(argument => argument is "--each-call" or "--full-disk" or "--compaction"));
        var (done, failures, total) = (0, 0, new SimulationTotals());
        var clock = Stopwatch.StartNew();
        var lastReport = 0L;
        var gate = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(firstSeed, firstSeed + runs, parallel, (seed, loop) =>
        {
            string? failure = null;
            var totals = new SimulationTotals();
            try
            {
                if (isEachCall)
                    Histories.RunWithEachCallFailing(seed, compacts, totals);
                else if (isFullDisk)
                    Histories.RunOnFullDisk(seed, compacts, totals);
                else
                    Histories.Run(seed, compacts, totals);
            }
            catch (SimulationException e)
            {
                failure = e.Message;
            }
            lock (gate)
            {
                done++;
                total.Add(totals);
                if (failure is not null)
                {
                    Console.WriteLine($"FAILED: {failure}\nRepeat it with eng/check-storage 1 {seed} {modes}");
                    if (++failures == MaxFailures)
                        loop.Stop();
                }
                if (clock.ElapsedMilliseconds - lastReport < 5000 && done < runs)
                    return;
                lastReport = clock.ElapsedMilliseconds;
                Console.WriteLine(
                    $"{clock.Elapsed.TotalSeconds:0} s: {done} of {runs} runs from seed {firstSeed}, {failures} failed: {total}");
            }
        });
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{process.TotalProcessorTime.TotalSeconds:0.0} s of processor time");
        return failures == 0 ? 0 : 1;
    }
}
