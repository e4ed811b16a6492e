using System.Diagnostics;

namespace KafkaSharp.TestInfrastructure;

/// <summary>Many runs of a simulation, one for each seed, on all processors, with a line of progress about every five seconds.</summary>
/// <param name="runs">How many; the program's arguments may begin with another number.</param>
public sealed class SeededRuns(int runs)
{
    private const int MaxFailures = 5;
    private const int FirstSeed = 1;

    /// <summary>
    /// Runs the seeds and returns the exit code of the program, 1 after a failure; ends early after five.
    /// </summary>
    /// <param name="arguments">Those of the program: the number of runs and the first seed, if given, then options.</param>
    /// <param name="run">One run of a seed, on any thread: what failed, or null, and what it consisted of.</param>
    /// <param name="add">Adds that to the totals, one run at a time; returns them for the line of progress.</param>
    public int Run<T>(string[] arguments, Func<int, (string? Failure, T Content)> run, Func<T, object> add)
    {
        var numbers = arguments.TakeWhile(argument => !argument.StartsWith('-')).Select(int.Parse).ToArray();
        var count = numbers is [> 0, ..] ? numbers[0] : runs;
        var first = numbers.Length > 1 ? numbers[1] : FirstSeed;
        var (done, failures) = (0, 0);
        var clock = Stopwatch.StartNew();
        var lastReport = 0L;
        var gate = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(first, first + count, parallel, (seed, loop) =>
        {
            var (failure, content) = run(seed);
            lock (gate)
            {
                done++;
                var totals = add(content);
                if (failure is not null)
                {
                    Console.WriteLine($"FAILED: {failure}");
                    if (++failures == MaxFailures)
                        loop.Stop();
                }
                if (clock.ElapsedMilliseconds - lastReport < 5000 && done < count)
                    return;
                lastReport = clock.ElapsedMilliseconds;
                Console.WriteLine(
                    $"{clock.Elapsed.TotalSeconds:0} s: {done} of {count} runs from seed {first}, {failures} failed: {totals}");
            }
        });
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{process.TotalProcessorTime.TotalSeconds:0.0} s of processor time");
        return failures == 0 ? 0 : 1;
    }
}
