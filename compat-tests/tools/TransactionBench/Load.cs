using System.Diagnostics;
using Confluent.Kafka;

namespace TransactionBench;

/// <summary>One transactional producer on a thread of its own, and the times that it measured.</summary>
internal sealed class Load(string bootstrapServers, string topic, int transactions)
{
    private const int RecordsPerTransaction = 100;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Set when the producer has its id, or has failed.</summary>
    public ManualResetEventSlim IsReady { get; } = new();

    /// <summary>From the beginning to the end of each transaction.</summary>
    public List<TimeSpan> Transactions { get; } = new(transactions);

    /// <summary>From the request to commit, which first sends what is left, to its end.</summary>
    public List<TimeSpan> Commits { get; } = new(transactions);

    public string? Failure { get; private set; }

    public void Run(ManualResetEventSlim begin)
    {
        try
        {
            using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
            {
                BootstrapServers = bootstrapServers, TransactionalId = $"bench-{Guid.NewGuid()}", LingerMs = 5,
            }).Build();
            producer.InitTransactions(s_limit);
            IsReady.Set();
            begin.Wait();
            for (var i = 0; i < transactions; i++)
                Transact(producer);
        }
        catch (KafkaException exception)
        {
            Failure = exception.ToString();
            IsReady.Set();
        }
    }

    private void Transact(IProducer<Null, byte[]> producer)
    {
        var message = new Message<Null, byte[]> { Value = new byte[100] };
        var started = Stopwatch.GetTimestamp();
        producer.BeginTransaction();
        for (var i = 0; i < RecordsPerTransaction; i++)
            producer.Produce(topic, message);
        var commit = Stopwatch.GetTimestamp();
        producer.CommitTransaction(s_limit);
        Commits.Add(Stopwatch.GetElapsedTime(commit));
        Transactions.Add(Stopwatch.GetElapsedTime(started));
    }
}
