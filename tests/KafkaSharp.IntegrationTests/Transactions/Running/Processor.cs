using KafkaSharp.IntegrationTests.Transactions.Checking;
using KafkaSharp.IntegrationTests.Transactions.Clients;
using KafkaSharp.Protocol;

namespace KafkaSharp.IntegrationTests.Transactions.Running;

/// <summary>
/// The instances of a read-process-write loop: each input gives one result, and results and offset are committed together. Another instance
/// may begin while the one before lives.
/// </summary>
internal sealed class Processor(Simulation simulation, int number)
{
    private const int MostInstances = 5;
    private const int MostRounds = 30;

    private readonly TopicPartition _input = Simulation.InputOf(number);
    private readonly TopicPartition _output = Simulation.OutputOf(number);
    private int _instances;

    public void Start()
    {
        if (Interlocked.Increment(ref _instances) <= MostInstances)
            simulation.Start(RunAsync);
    }

    private async Task RunAsync(int client)
    {
        using var reader = new CommittedReader(simulation.NewRetries(client));
        using var producer = new TransactionalProducer(
            $"processor-{number}", simulation.Options.Dialect, simulation.NewRetries(client), simulation.History,
            Simulation.TransactionTimeoutMs);
        if (await producer.InitAsync())
        {
            for (var round = 0; round < MostRounds && !producer.IsDead; round++)
            {
                if (simulation.Turns.Chance(8))
                    Start();
                // Where the transaction before has failed, the inputs are read again from the committed offset on.
                if (await reader.CommittedAsync(Simulation.Group, _input) is not { } offset)
                    continue;
                if (await reader.ReadAsync(_input, offset) is not { Records.Count: > 0 } read)
                    return;
                await ProcessAsync(producer, read.Records);
            }
        }
        Start();
    }

    private async Task ProcessAsync(TransactionalProducer producer, List<CommittedRecord> inputs)
    {
        var taken = inputs.Take(simulation.Turns.Between(1, 3)).ToList();
        producer.Begin();
        foreach (var input in taken)
        {
            if (await producer.AppendAsync(_output, input.Value))
                continue;
            await producer.AbortAsync();
            return;
        }
        if (simulation.Options.Mutation == Mutation.OffsetsAreNotCommitted
            || await producer.SendOffsetAsync(Simulation.Group, _input, taken[^1].Offset + 1))
            await producer.CommitAsync();
        else
            await producer.AbortAsync();
    }
}
