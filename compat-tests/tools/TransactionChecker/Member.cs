using Confluent.Kafka;

namespace TransactionChecker;

/// <summary>
/// A read-process-write loop whose partitions a group assigns. Each member has a transactional id of its own, as in Kafka Streams, so that
/// only the group can fence a member that has lost its partitions (KIP-447).
/// </summary>
internal sealed class Member(string bootstrap, int number, int instance)
{
    private readonly Random _random = new(instance);
    private bool _hasLostPartitions;

    public void Run(Journal journal)
    {
        using var client = new TransactionalClient(bootstrap, $"member-{number}", instance, journal);
        client.Init();
        // Without handlers the library would give partitions back, and join again, while their records are being processed.
        using var consumer = Reader.Builder(bootstrap, Lists.Members)
            .SetPartitionsAssignedHandler((_, _) => { })
            .SetPartitionsRevokedHandler((_, _) => _hasLostPartitions = true)
            .SetPartitionsLostHandler((_, _) => _hasLostPartitions = true)
            .Build();
        consumer.Subscribe(Lists.Shared);
        while (true)
        {
            var inputs = Read(consumer);
            if (inputs.Count == 0)
                continue;
            var next = inputs.GroupBy(input => input.TopicPartition)
                .Select(list => new TopicPartitionOffset(list.Key, list.Last().Offset + 1)).ToList();
            var membership = consumer.ConsumerGroupMetadata;
            var goesOn = client.Transact(commits: _random.Next(5) > 0, () =>
            {
                foreach (var input in inputs)
                    client.Append(Lists.Grouped, input.Partition, Reader.ValueOf(input));
                client.SendOffsets(next, membership);
            });
            if (!goesOn)
                return;
            Rewind(consumer, next);
        }
    }

    /// <summary>Some inputs of partitions that the member has still when the last one is read.</summary>
    private List<ConsumeResult<Ignore, string>> Read(IConsumer<Ignore, string> consumer)
    {
        var inputs = new List<ConsumeResult<Ignore, string>>();
        for (var left = _random.Next(1, 6); left > 0; left--)
        {
            try
            {
                var result = consumer.Consume(TimeSpan.FromMilliseconds(100));
                // The partitions that are assigned next are read from their committed offsets, those of these inputs too. The result is
                // already one of them: partitions may be lost and assigned in one call.
                ForgetLost(inputs);
                if (result is null)
                    break;
                if (!result.IsPartitionEOF)
                    inputs.Add(result);
            }
            catch (ConsumeException)
            {
                // The broker is being restarted.
                ForgetLost(inputs);
            }
        }
        return inputs;
    }

    private void ForgetLost(List<ConsumeResult<Ignore, string>> inputs)
    {
        if (_hasLostPartitions)
            inputs.Clear();
        _hasLostPartitions = false;
    }

    /// <summary>Where the transaction was aborted, its inputs are read again.</summary>
    private static void Rewind(IConsumer<Ignore, string> consumer, List<TopicPartitionOffset> next)
    {
        foreach (var (list, offset) in next.Select(each => (each.TopicPartition, each.Offset)))
        {
            var committed = Reader.Committed(consumer, list);
            if (committed == offset)
                continue;
            try
            {
                consumer.Seek(new TopicPartitionOffset(list, committed));
            }
            catch (KafkaException)
            {
                // Another member has the partition now.
            }
        }
    }
}
