namespace TransactionChecker;

/// <summary>Appends to the partitions of topics; one transaction of four is aborted.</summary>
internal sealed class Appender(string bootstrap, string transactionalId, int instance, string[] topics)
{
    private readonly Random _random = new(instance);

    public void Run(Journal journal)
    {
        using var client = new TransactionalClient(bootstrap, transactionalId, instance, journal);
        client.Init();
        while (client.Transact(commits: _random.Next(4) > 0, () => Append(client)))
        {
            // Slowly enough for the final check, fast enough for kills to hit transactions.
            Thread.Sleep(_random.Next(10));
        }
    }

    private void Append(TransactionalClient client)
    {
        for (var left = _random.Next(1, 8); left > 0; left--)
        {
            var topic = topics[_random.Next(topics.Length)];
            client.Append(topic, _random.Next(Lists.PartitionsOf(topic)));
        }
    }
}
