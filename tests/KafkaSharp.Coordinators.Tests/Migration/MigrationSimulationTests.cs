using KafkaSharp.Coordinators.Tests.Harness;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>
/// Groups of both protocols under a random load. No partition has two owners, nothing that was committed goes back, left alone every
/// partition has an owner, and a load does not change the state. A seed gives the same run every time; <c>eng/check-groups</c> runs many.
/// </summary>
internal sealed class MigrationSimulationTests
{
    private static int Runs => Setting("KAFKASHARP_GROUP_RUNS", 9);

    private static int FirstSeed => Setting("KAFKASHARP_GROUP_SEED", 1);

    [Test]
    public void No_partition_has_two_owners_and_nothing_committed_goes_back()
    {
        var (upgrades, downgrades, commits) = (0, 0, 0);
        var done = new Lock();
        Parallel.For(FirstSeed, FirstSeed + Runs, seed =>
        {
            var simulation = new MigrationSimulation(seed);
            try
            {
                SingleThread.Run(thread => simulation.RunAsync(thread, steps: 700));
            }
            catch (Exception e) when (e is not AssertionException)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
            lock (done)
            {
                upgrades += simulation.Upgrades;
                downgrades += simulation.Downgrades;
                commits += simulation.Commits;
            }
        });
        TestContext.Progress.WriteLine(
            $"{Runs} runs from seed {FirstSeed}: {upgrades} upgrades, {downgrades} downgrades, {commits} commits");
        // A run in which nothing happens proves nothing.
        Assert.That(commits, Is.GreaterThan(20 * Runs));
        if (Runs < 20)
            return;
        Assert.That(upgrades, Is.GreaterThan(Runs / 5));
        Assert.That(downgrades, Is.GreaterThan(0));
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var number) ? number : otherwise;
}
