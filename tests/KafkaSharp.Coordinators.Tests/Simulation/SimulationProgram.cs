using System.Diagnostics;
using KafkaSharp.Coordinators.Tests.Harness;

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>What eng/check-groups runs: many seeds on all processors, with a line of progress now and then.</summary>
internal static class SimulationProgram
{
    private const int MaxFailures = 5;

    public static int Main(string[] arguments)
    {
        var numbers = arguments.TakeWhile(argument => !argument.StartsWith('-')).Select(int.Parse).ToList();
        var (runs, firstSeed) = (numbers.ElementAtOrDefault(0) is > 0 and var given ? given : 500, numbers.Count > 1 ? numbers[1] : 1);
        var (steps, members) = (Option(arguments, "--steps", 2500), Option(arguments, "--members", 0));
        var (done, failures, total) = (0, 0, new SimulationTotals());
        var clock = Stopwatch.StartNew();
        var lastReport = 0L;
        var gate = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(firstSeed, firstSeed + runs, parallel, (seed, loop) =>
        {
            string? failure = null;
            var simulation = new GroupSimulation(seed, members);
            try
            {
                SingleThread.Run(thread => simulation.RunAsync(thread, steps));
            }
            catch (SimulationException e)
            {
                failure = $"{e.Message} --steps {steps}";
            }
            lock (gate)
            {
                done++;
                total.Add(simulation);
                if (failure is not null)
                {
                    Console.WriteLine($"FAILED: {failure}");
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

    private static int Option(string[] arguments, string name, int otherwise)
    {
        var index = Array.IndexOf(arguments, name);
        return index >= 0 && index + 1 < arguments.Length ? int.Parse(arguments[index + 1]) : otherwise;
    }
}
