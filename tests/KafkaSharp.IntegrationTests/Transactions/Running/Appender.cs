using KafkaSharp.IntegrationTests.Transactions.Clients;

namespace KafkaSharp.IntegrationTests.Transactions.Running;

/// <summary>The instances of a transactional id that appends to lists. Another instance may begin while the one before lives.</summary>
internal sealed class Appender(Simulation simulation, string transactionalId)
{
    private const int MostInstances = 4;

    private int _instances;

    public void Start(int transactions)
    {
        if (Interlocked.Increment(ref _instances) <= MostInstances)
            simulation.Start(client => RunAsync(client, transactions));
    }

    private async Task RunAsync(int client, int transactions)
    {
        var options = simulation.Options;
        using var producer = new TransactionalProducer(
            transactionalId, options.Dialect, simulation.NewRetries(client), simulation.History,
            options.Mutation == Mutation.TransactionIsLeftOpen ? 600_000 : Simulation.TransactionTimeoutMs)
        {
            AbortsInsteadOfCommitting = options.Mutation == Mutation.CommitsAbort,
            RepeatsWithNewSequences = options.Mutation == Mutation.BatchesAreRepeated,
        };
        if (!await producer.InitAsync())
        {
            Start(transactions);
            return;
        }
        for (var left = transactions; left > 0 && !producer.IsDead; left--)
        {
            // A second instance, because this one is held to be dead: both continue until one is fenced.
            if (simulation.Turns.Chance(6))
                Start(left);
            await TransactAsync(producer);
            if (producer.IsDead)
                Start(left - 1);
        }
        if (options.Mutation == Mutation.TransactionIsLeftOpen && !producer.IsDead)
        {
            producer.Begin();
            await producer.AppendAsync(Simulation.Lists[0], [null]);
        }
    }

    private async Task TransactAsync(TransactionalProducer producer)
    {
        var turns = simulation.Turns;
        producer.Begin();
        for (var request = turns.Between(1, 4); request > 0; request--)
        {
            var list = Simulation.Lists[turns.Between(0, Simulation.Lists.Count - 1)];
            if (await producer.AppendAsync(list, new int?[turns.Between(1, 3)]))
                continue;
            await producer.AbortAsync();
            return;
        }
        if (turns.Chance(75))
            await producer.CommitAsync();
        else
            await producer.AbortAsync();
    }
}
