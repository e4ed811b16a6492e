using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

/// <summary>
/// Clients that join, sync, beat, commit, crash and leave in an order drawn from a seed, over a log that fails and a coordinator that
/// moves: every request receives a response in the end, two members of one generation never own the same, a committed offset is never lost,
/// and left alone the group becomes stable. A seed gives the same run every time.
/// </summary>
internal sealed class GroupSimulationTests
{
    [Test]
    public void The_group_becomes_stable_again_after_any_failure_and_nothing_committed_is_lost([Range(1, 20)] int seed) =>
        SingleThread.Run(thread => SimulateAsync(thread, seed));

    private static async Task SimulateAsync(SingleThread thread, int seed)
    {
        var random = new Random(seed);
        var harness = new GroupHarness(new GroupCoordinatorConfig { MaxSize = 5, OffsetsRetentionCheckInterval = TimeSpan.FromDays(365) });
        var epoch = 0;
        var offset = 0L;
        var clients = Enumerable.Range(0, 6)
            .Select(i => new SimulatedClient(harness, i < 2 ? $"i{i}" : null, random, () => epoch, () => ++offset)).ToList();
        for (var step = 0; step < 2000; step++)
        {
            Disturb(harness, random, ref epoch);
            clients[random.Next(clients.Count)].Step();
            await thread.Settled();
            foreach (var generation in clients.Where(client => client.IsMember).GroupBy(client => (client.Epoch, client.Generation)))
                Assert.That(generation.Select(client => client.Assigned), Is.Unique, $"seed {seed}, step {step}");
        }

        harness.Storage.AppendError = ErrorCode.None;
        harness.Storage.HoldsCommits = false;
        harness.Storage.CommitAll();
        clients.ForEach(client => client.MayGo = false);
        clients.RemoveAt(5);
        for (var round = 0; round < 200; round++)
        {
            harness.Advance(500);
            foreach (var client in clients)
            {
                client.Step();
                await thread.Settled();
            }
        }
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"), $"seed {seed}");
        Assert.That(clients.Select(client => client.IsMember), Has.All.True, $"seed {seed}");
        Assert.That(clients.Sum(client => client.Rebalances), Is.GreaterThan(20), $"seed {seed}");

        var committed = await harness.Committed();
        Assert.That(committed, Is.GreaterThan(0).And.AtLeast(clients.Max(client => client.Acknowledged)), $"seed {seed}");
        harness.Coordinator.OnResignation(0, ++epoch);
        harness.Coordinator.OnElection(0, ++epoch);
        await thread.Settled();
        Assert.That(await harness.Committed(), Is.EqualTo(committed), $"seed {seed}");
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"), $"seed {seed}");
    }

    private static void Disturb(GroupHarness harness, Random random, ref int epoch)
    {
        switch (random.Next(200))
        {
            case < 100:
                harness.Advance(random.Next(random.Next(20) == 0 ? 12_000 : 600));
                break;
            case < 106:
                harness.Storage.AppendError = random.Next(3) > 0 ? ErrorCode.None
                    : random.Next(2) == 0 ? ErrorCode.NotEnoughReplicas : ErrorCode.KafkaStorageError;
                break;
            case < 114:
                harness.Storage.HoldsCommits = random.Next(3) == 0;
                if (!harness.Storage.HoldsCommits)
                    harness.Storage.CommitAll();
                break;
            case 115:
                // An appended record stays: this log has only one replica.
                harness.Coordinator.OnResignation(0, ++epoch);
                harness.Coordinator.OnElection(0, ++epoch);
                break;
        }
    }
}
