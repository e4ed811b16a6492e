using Confluent.Kafka;

namespace TransactionChecker;

/// <summary>
/// A read-process-write loop: each input gives one result, and results and offset are committed together. It has its partition without a
/// group's assignment, so that only the transactional id fences it.
/// </summary>
internal sealed class Processor(string bootstrap, int partition, int instance)
{
    private readonly TopicPartition _input = new(Lists.Input, partition);
    private readonly Random _random = new(instance);

    public void Run(Journal journal)
    {
        using var client = new TransactionalClient(bootstrap, $"processor-{partition}", instance, journal);
        client.Init();
        using var consumer = Reader.Consumer(bootstrap, Lists.Group);
        var next = Reader.Committed(consumer, _input);
        consumer.Assign(new TopicPartitionOffset(_input, next));
        while (true)
        {
            var inputs = Read(consumer);
            if (inputs.Count == 0)
                continue;
            var goesOn = client.Transact(commits: _random.Next(5) > 0, () =>
            {
                foreach (var input in inputs)
                    client.Append(Lists.Output, partition, Reader.ValueOf(input));
                client.SendOffsets([new(_input, inputs[^1].Offset + 1)], consumer.ConsumerGroupMetadata);
            });
            if (!goesOn)
                return;
            // Where the transaction is aborted, its inputs are read again.
            var committed = Reader.Committed(consumer, _input);
            if (committed != inputs[^1].Offset + 1)
                consumer.Seek(new TopicPartitionOffset(_input, committed));
        }
    }

    private List<ConsumeResult<Ignore, string>> Read(IConsumer<Ignore, string> consumer)
    {
        var inputs = new List<ConsumeResult<Ignore, string>>();
        for (var left = _random.Next(1, 6); left > 0; left--)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result)
                    break;
                if (!result.IsPartitionEOF)
                    inputs.Add(result);
            }
            catch (ConsumeException)
            {
                // The broker is being restarted.
            }
        }
        return inputs;
    }
}
