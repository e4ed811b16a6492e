using System.Net;
using KafkaSharp.IntegrationTests.Transactions.Checking;
using KafkaSharp.IntegrationTests.Transactions.Clients;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.IntegrationTests.Transactions.Running;

/// <summary>
/// One run: a broker in memory whose clock moves with the steps of the clients; producers, read-process-write loops and readers over a
/// faulty network, several instances of one transactional id at once, crashes of the broker; then everything is repaired, has time to end,
/// and is observed.
/// </summary>
internal sealed class Simulation : IAsyncDisposable
{
    public const int TransactionTimeoutMs = 2000;
    public const string Group = "processors";

    private const int MostLooks = 400;

    // Longer than a broker takes to end that waits for nothing, so that the time is a function of the seed wherever it can be.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    // One that waits may do so for a minute: with the grace after each step, this would take twenty minutes.
    private static readonly TimeSpan s_stepOfEnd = TimeSpan.FromMilliseconds(20);

    private readonly KafkaTestBroker _kafka;
    private readonly TestClock _clock;
    private readonly Random _random;
    private readonly List<Task> _clients = [];
    private int _crashes;

    private Simulation(SimulationOptions options, KafkaTestBroker kafka, TestClock clock)
    {
        Options = options;
        _kafka = kafka;
        _clock = clock;
        _random = new Random(options.Seed);
        Turns = new Turns(_random, clock, options.AtATime);
        Network = new FaultyNetwork(() => new IPEndPoint(IPAddress.Loopback, kafka.Port), new Random(~options.Seed));
    }

    public SimulationOptions Options { get; }

    public History History { get; } = new();

    public Turns Turns { get; }

    public FaultyNetwork Network { get; }

    /// <summary>The lists that producers append to.</summary>
    public static IReadOnlyList<TopicPartition> Lists { get; } = [new("lists", 0), new("lists", 1), new("other", 0)];

    public static TopicPartition InputOf(int processor) => new("input", processor);

    public static TopicPartition OutputOf(int processor) => new("output", processor);

    public static async Task<RunResult> RunAsync(SimulationOptions options)
    {
        var clock = new TestClock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var kafka = await KafkaTestBroker.StartAsync(new KafkaTestBrokerOptions
        {
            Time = clock,
            Seed = options.Seed,
            Configuration =
            {
                // What is acknowledged survives a crash only if it is flushed: one broker has no other replica.
                ["log.flush.interval.messages"] = "1",
                // The records have no time.
                ["log.retention.ms"] = "-1",
                ["transaction.state.log.num.partitions"] = "2",
                ["transaction.state.log.replication.factor"] = "1",
                ["transaction.state.log.min.isr"] = "1",
                ["transaction.abort.timed.out.transaction.cleanup.interval.ms"] = "500",
            },
            Topics = { { "lists", 2 }, { "other", 1 }, { "input", 2 }, { "output", 2 } },
        });
        await using var simulation = new Simulation(options, kafka, clock);
        var violations = await simulation.ViolationsAsync();
        return new RunResult(
            violations,
            simulation.History.Attempts.CountBy(attempt => attempt.Outcome).ToDictionary(),
            simulation.Network.LateRequests, simulation._crashes);
    }

    /// <summary>Adds a client, also while others run.</summary>
    public void Start(Func<int, Task> client)
    {
        lock (_clients)
            _clients.Add(Turns.RunAsync(client));
    }

    public Retries NewRetries(int client) => new(new Wire(Network), Turns, client);

    public async ValueTask DisposeAsync() => await Task.WhenAll(_clients).ContinueWith(_ => { }, TaskScheduler.Default);

    private async Task<IReadOnlyList<string>> ViolationsAsync()
    {
        try
        {
            await PrepareAsync();
            await ActAsync();
            return new HistoryChecker(History, await ObserveAsync()).Check();
        }
        catch (TimeoutException e)
        {
            // A client or a reader waits for the end of a transaction that does not end.
            return [$"hanging: {e.Message}"];
        }
    }

    private async Task PrepareAsync()
    {
        using var connection = await RawClient.ConnectAsync(Network.EndPoint);
        if (Options.TransactionVersion < 2)
        {
            var response = await connection.SendAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(
                new UpdateFeaturesRequest
                {
                    TimeoutMs = 30_000,
                    FeatureUpdates =
                    [
                        new() { Feature = "transaction.version", MaxVersionLevel = Options.TransactionVersion, UpgradeType = 2 },
                    ],
                },
                1);
            Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None), response.ErrorMessage);
        }
        for (var processor = 0; processor < Options.Processors; processor++)
            await FillInputAsync(InputOf(processor), connection);
    }

    /// <summary>Inputs of transactions, some of them aborted, so that offsets have gaps.</summary>
    private async Task FillInputAsync(TopicPartition input, RawClient connection)
    {
        // The first connection of a client makes the coordinator create its topic.
        await connection.SendAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = 1, CoordinatorKeys = ["filler"] }, 4);
        await connection.SendAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = 0, CoordinatorKeys = [Group] }, 4);
        var turns = new Turns(new Random(Options.Seed), _clock, 1);
        await turns.RunAsync(async client =>
        {
            turns.Begin();
            using var retries = new Retries(new Wire(Network), turns, client);
            using var producer = new TransactionalProducer($"filler-{input.Partition}", Dialect.BeforeEpochBumps, retries, History, 10_000);
            Assert.That(await producer.InitAsync());
            for (var i = 0; i < 8; i++)
            {
                producer.Begin();
                Assert.That(await producer.AppendAsync(input, new int?[1 + (i % 2)]));
                if (i % 4 == 2)
                    await producer.AbortAsync();
                else
                    Assert.That(await producer.CommitAsync());
            }
        });
    }

    private async Task ActAsync()
    {
        Network.FaultsPerMille = Options.FaultsPerMille;
        for (var i = 0; i < Options.Appenders; i++)
            new Appender(this, $"appender-{i}").Start(transactions: 6);
        for (var i = 0; i < Options.Processors; i++)
            new Processor(this, i).Start();
        Start(ReadAsync);
        if (Options.FaultsPerMille > 0)
            Start(DeliverLateAsync);
        if (Options.Crashes > 0)
            Start(CrashAsync);
        Turns.Begin();
        await WaitForClientsAsync();
    }

    private async Task WaitForClientsAsync()
    {
        for (var done = 0; ;)
        {
            Task[] clients;
            lock (_clients)
                clients = [.. _clients.Skip(done)];
            if (clients.Length == 0)
                return;
            await Task.WhenAll(clients);
            done += clients.Length;
        }
    }

    /// <summary>Reads all lists again and again while others write.</summary>
    private async Task ReadAsync(int client)
    {
        using var reader = NewReader(client);
        for (var round = 0; round < 8; round++)
        {
            foreach (var list in Lists)
                History.Saw(list, [.. (await reader.ReadAllAsync(list)).Select(record => record.Value)]);
        }
    }

    private async Task DeliverLateAsync(int client)
    {
        for (var round = 0; round < 60; round++)
        {
            await Turns.TakeAsync(client);
            if (Turns.Chance(30))
                await Network.DeliverLateAsync();
        }
    }

    private async Task CrashAsync(int client)
    {
        for (var crash = 0; crash < Options.Crashes; crash++)
        {
            for (var steps = Turns.Between(5, 40); steps > 0; steps--)
                await Turns.TakeAsync(client);
            _crashes++;
            await EndsWhileTimePassesAsync(_kafka.CrashAsync());
            await _kafka.StartAgainAsync();
        }
    }

    /// <summary>
    /// A broker that ends waits for requests that wait for a time. No client takes a step until it has ended, so that no time would pass.
    /// </summary>
    private async Task EndsWhileTimePassesAsync(Task end)
    {
        for (var wait = s_grace; await Task.WhenAny(end, Task.Delay(wait)) != end; wait = s_stepOfEnd)
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        await end;
    }

    private CommittedReader NewReader(int client) =>
        new(NewRetries(client)) { ShowsAborted = Options.Mutation == Mutation.ReadersShowAborted };

    /// <summary>
    /// Nothing fails any more, what was late arrives, transactions that nobody ends time out; then it looks at everything.
    /// </summary>
    private async Task<Observation> ObserveAsync()
    {
        Network.FaultsPerMille = 0;
        var observation = new Observation();
        for (var round = 0; round < 2; round++)
        {
            while (await Network.DeliverLateAsync())
            {
            }
            observation.Hanging.Clear();
            observation.Hanging.AddRange(await WaitForEndsAsync());
        }
        var turns = new Turns(_random, _clock, 1);
        await turns.RunAsync(async client =>
        {
            turns.Begin();
            using var reader = new CommittedReader(new Retries(new Wire(Network), turns, client))
            {
                ShowsAborted = Options.Mutation == Mutation.ReadersShowAborted,
            };
            foreach (var list in AllLists())
                observation.Lists[list] = await reader.ReadAllAsync(list);
            for (var processor = 0; processor < Options.Processors; processor++)
            {
                var input = InputOf(processor);
                if (await reader.CommittedAsync(Group, input) is { } committed)
                    observation.Processing[input] = (OutputOf(processor), committed);
                else
                    observation.Hanging.Add($"the offset of {input} is not stable");
            }
        });
        return observation;
    }

    private IEnumerable<TopicPartition> AllLists() => Lists.Concat(
        Enumerable.Range(0, Options.Processors).SelectMany(processor => new[] { InputOf(processor), OutputOf(processor) }));

    /// <summary>Lets time pass until no transaction is open; what is open still after many timeouts, in words.</summary>
    private async Task<IReadOnlyList<string>> WaitForEndsAsync()
    {
        using var connection = await RawClient.ConnectAsync(Network.EndPoint);
        IReadOnlyList<string> open = [];
        for (var look = 0; look < MostLooks; look++)
        {
            open = await OpenTransactions.FindAsync(connection, AllLists());
            if (open.Count == 0 || Options.Mutation == Mutation.TransactionIsLeftOpen)
                break;
            _clock.Advance(TimeSpan.FromMilliseconds(TransactionTimeoutMs / 10));
        }
        return open;
    }
}
