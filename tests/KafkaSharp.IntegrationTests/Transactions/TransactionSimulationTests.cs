using KafkaSharp.IntegrationTests.Transactions.Checking;
using KafkaSharp.IntegrationTests.Transactions.Running;

namespace KafkaSharp.IntegrationTests.Transactions;

/// <summary>
/// Transactions of many clients with crashes, zombies, lost and late requests: thousands of runs with <c>eng/check-transactions</c>, a few
/// here.
/// </summary>
internal sealed class TransactionSimulationTests
{
    private static int FirstSeed => Setting("KAFKASHARP_TRANSACTION_SEED", 1);

    private static int Runs => Setting("KAFKASHARP_TRANSACTION_RUNS", 20);

    [Test]
    public async Task Nothing_is_lost_doubled_torn_or_left_open()
    {
        var total = RunResult.None;
        for (var seed = FirstSeed; seed < FirstSeed + Runs; seed++)
        {
            var options = SimulationOptions.Of(seed);
            var result = await Simulation.RunAsync(options);
            Assert.That(result.Violations, Is.Empty, $"{options}");
            total += result;
        }
        TestContext.Progress.WriteLine($"{Runs} runs from seed {FirstSeed}: {total}");
        // A run in which nothing happens proves nothing.
        Assert.That(total.Count(Outcome.Committed), Is.GreaterThan(10 * Runs));
        if (Runs < 20)
            return;
        Assert.That(total.Count(Outcome.Aborted), Is.GreaterThan(Runs));
        Assert.That(total.Count(Outcome.Unknown), Is.GreaterThan(0));
        Assert.That(total.LateRequests, Is.GreaterThan(Runs));
        Assert.That(total.Crashes, Is.GreaterThan(0));
    }

    [TestCase(Mutation.ReadersShowAborted, "aborted yet visible")]
    [TestCase(Mutation.CommitsAbort, "lost")]
    [TestCase(Mutation.BatchesAreRepeated, "doubled")]
    [TestCase(Mutation.OffsetsAreNotCommitted, "processed without its offset or twice")]
    [TestCase(Mutation.TransactionIsLeftOpen, "hanging")]
    public async Task A_fault_in_the_clients_is_found(Mutation mutation, string anomaly)
    {
        var options = SimulationOptions.Of(1) with { Mutation = mutation, FaultsPerMille = 0, Crashes = 0 };
        Assert.That((await Simulation.RunAsync(options)).Violations, Has.Some.StartsWith(anomaly));
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var number) ? number : otherwise;
}
