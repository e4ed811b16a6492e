using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>What eng/check-groups runs.</summary>
internal static class SimulationProgram
{
    public static int Main(string[] arguments)
    {
        var (steps, members) = (Option(arguments, "--steps", 2500), Option(arguments, "--members", 0));
        var total = new SimulationTotals();
        return new SeededRuns(500).Run(arguments, seed => Run(seed, steps, members), total.Add);
    }

    private static (string? Failure, GroupSimulation Simulation) Run(int seed, int steps, int members)
    {
        var simulation = new GroupSimulation(seed, members);
        try
        {
            SingleThread.Run(thread => simulation.RunAsync(thread, steps));
            return (null, simulation);
        }
        catch (SimulationException e)
        {
            return ($"{e.Message} --steps {steps}", simulation);
        }
    }

    private static int Option(string[] arguments, string name, int otherwise)
    {
        var index = Array.IndexOf(arguments, name);
        return index >= 0 && index + 1 < arguments.Length ? int.Parse(arguments[index + 1]) : otherwise;
    }
}
