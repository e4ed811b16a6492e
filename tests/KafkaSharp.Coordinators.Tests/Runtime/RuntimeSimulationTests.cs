using System.Text;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Tests.Runtime;

/// <summary>
/// Commands, transactions, elections, writes of others, failed appends and delayed commits in an order drawn from a seed, with and without
/// linger: the state is always what a model makes of the log alone, what was acknowledged is in the log, and what was refused because of
/// the append is not. A seed gives the same run every time.
/// </summary>
internal sealed class RuntimeSimulationTests
{
    private static readonly ErrorCode[] _failures = [ErrorCode.NotEnoughReplicas, ErrorCode.KafkaStorageError];

    [Test]
    public void The_state_is_what_the_log_holds_whatever_fails([Range(1, 20)] int seed) =>
        SingleThread.Run(thread => SimulateAsync(thread, seed));

    private static async Task SimulateAsync(SingleThread thread, int seed)
    {
        var random = new Random(seed);
        await using var harness =
            new RuntimeHarness((seed % 4) switch { 0 => TimeSpan.FromMilliseconds(5), 1 => TimeSpan.Zero, _ => null });
        harness.Storage.MaxBatchSize = 600;
        var writes = new List<(string Value, Task Task)>();
        var epoch = 1;
        for (var step = 0; step < 600; step++)
        {
            Disturb(harness, random, ref epoch);
            if (random.Next(4) == 0)
                _ = harness.WhileBusy(() => Command(harness, random, writes));
            else
                Command(harness, random, writes);
            await thread.Settled();
            if (random.Next(20) == 0)
                await CheckAsync(thread, harness, writes, $"seed {seed}, step {step}");
        }
        await CheckAsync(thread, harness, writes, $"seed {seed}, at the end");
        harness.Runtime.OnResignation(0, ++epoch);
        harness.Runtime.OnElection(0, ++epoch);
        await CheckAsync(thread, harness, writes, $"seed {seed}, loaded");
        Assert.That(writes.Count(write => write.Task.IsCompletedSuccessfully), Is.GreaterThan(50), $"seed {seed}");
        Assert.That(writes.Count(write => write.Task.IsFaulted), Is.GreaterThan(5), $"seed {seed}");
    }

    private static void Command(RuntimeHarness harness, Random random, List<(string, Task)> writes)
    {
        var key = $"k{random.Next(6)}";
        var value = $"v{writes.Count}";
        var producer = random.Next(1, 4);
        switch (random.Next(10))
        {
            case < 4:
                writes.Add((value, harness.Set(key, value)));
                break;
            case 4:
                _ = harness.Set(key, null);
                break;
            case 5:
                var records = Enumerable.Range(0, random.Next(1, 12)).Select(i => new KeyValueRecord($"m{i}", value)).ToArray();
                writes.Add((value, random.Next(2) == 0 ? harness.Write(records) : harness.WriteSplit(records)));
                break;
            case 6 or 7:
                writes.Add((value, harness.SetInTransaction(producer, key, value)));
                break;
            case 8:
                _ = harness.End(producer, committed: random.Next(2) == 0);
                break;
            default:
                _ = harness.Get(key);
                break;
        }
    }

    private static void Disturb(RuntimeHarness harness, Random random, ref int epoch)
    {
        switch (random.Next(60))
        {
            case < 8:
                harness.Advance(random.Next(random.Next(10) == 0 ? 6000 : 10));
                break;
            case < 12:
                harness.Storage.AppendError = random.Next(2) == 0 ? ErrorCode.None : _failures[random.Next(_failures.Length)];
                break;
            case < 16:
                harness.Storage.HoldsCommits = random.Next(2) == 0;
                if (!harness.Storage.HoldsCommits)
                    harness.Storage.CommitAll();
                break;
            case 16:
                harness.Runtime.OnResignation(0, ++epoch);
                harness.Runtime.OnElection(0, ++epoch);
                break;
            case 17:
                harness.Runtime.OnElection(0, ++epoch);
                break;
            case 18:
                // Another writer: a leader in between, or a marker that did not come through the shard.
                var key = new System.Buffers.ArrayBufferWriter<byte>();
                new KeyValueSerde().WriteKey(new KeyValueRecord("k0", ""), key);
                harness.Storage.Entries(0).Add(new(key.WrittenSpan.ToArray(), Encoding.UTF8.GetBytes($"other{epoch}")));
                break;
        }
    }

    private static async Task CheckAsync(
        SingleThread thread, RuntimeHarness harness, List<(string Value, Task Task)> writes, string when)
    {
        harness.Storage.AppendError = ErrorCode.None;
        harness.Storage.HoldsCommits = false;
        harness.Storage.CommitAll();
        harness.Advance(10);
        await thread.Settled();
        // The next write notices that of another writer, and is refused.
        _ = harness.Set("probe", "1");
        harness.Advance(10);
        await thread.Settled();
        var dump = harness.Dump();
        harness.Advance(10);
        Assert.That(await dump.Soon(), Is.EqualTo(Model(harness.Storage.Entries(0))), when);
        Assert.That(writes.All(write => write.Task.IsCompleted), when);
        var held = harness.Storage.Entries(0).Where(entry => entry.Value is not null).Select(entry => Encoding.UTF8.GetString(entry.Value!))
            .ToHashSet();
        foreach (var (value, task) in writes)
        {
            if (task.IsCompletedSuccessfully)
                Assert.That(held, Does.Contain(value), $"{when}: acknowledged and lost");
        }
    }

    /// <summary>What the entries of the log mean, computed without the runtime.</summary>
    private static string Model(List<MemoryCoordinatorStorage.Entry> entries)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var pending = new SortedDictionary<long, SortedDictionary<string, string?>>();
        foreach (var entry in entries)
        {
            if (entry.EndTransaction is { } committed)
            {
                if (pending.Remove(entry.ProducerId, out var ended) && committed)
                {
                    foreach (var (name, text) in ended)
                        Apply(values, name, text);
                }
                continue;
            }
            new KeyValueSerde().Read(entry.Key, entry.Value is null ? (ReadOnlyMemory<byte>?)null : entry.Value, out var record);
            if (entry.ProducerId < 0)
                Apply(values, record!.Key, record.Value);
            else if (pending.TryGetValue(entry.ProducerId, out var open))
                open[record!.Key] = record.Value;
            else
                pending.Add(entry.ProducerId, new(StringComparer.Ordinal) { [record!.Key] = record.Value });
        }
        return string.Join(" ", values.Select(entry => $"{entry.Key}={entry.Value}")
            .Concat(pending.SelectMany(entry => entry.Value.Select(record => $"{entry.Key}:{record.Key}={record.Value}"))));
    }

    private static void Apply(SortedDictionary<string, string> values, string key, string? value)
    {
        if (value is null)
            values.Remove(key);
        else
            values[key] = value;
    }
}
