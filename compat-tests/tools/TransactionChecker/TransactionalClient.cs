using Confluent.Kafka;

namespace TransactionChecker;

/// <summary>A transactional producer of one instance. A transaction that fails is aborted, unless the producer is fenced.</summary>
internal sealed class TransactionalClient : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly IProducer<Null, string> _producer;
    private readonly Journal _journal;
    private readonly int _instance;
    private int _values;

    public TransactionalClient(string bootstrap, string transactionalId, int instance, Journal journal)
    {
        _journal = journal;
        _instance = instance;
        _producer = new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = bootstrap,
            TransactionalId = transactionalId,
            TransactionTimeoutMs = 5000,
            MessageTimeoutMs = 5000,
            LingerMs = 1,
            ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 200,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    public void Init()
    {
        while (true)
        {
            try
            {
                _producer.InitTransactions(s_patience);
                _journal.Initialized();
                return;
            }
            catch (KafkaRetriableException)
            {
                // The broker is being restarted.
            }
        }
    }

    /// <summary>Runs the body as a transaction. Returns false when this instance cannot go on.</summary>
    public bool Transact(bool commits, Action body)
    {
        try
        {
            _journal.Begin();
            _producer.BeginTransaction();
            body();
            if (commits)
            {
                _journal.Commit();
                Repeat(() => _producer.CommitTransaction(s_patience));
                _journal.Committed();
                return true;
            }
        }
        catch (KafkaTxnRequiresAbortException)
        {
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
        }
        catch (KafkaException)
        {
            return false;
        }
        return Abort();
    }

    public void Append(string topic, int partition, int? source = null)
    {
        var value = (_instance * 100_000) + ++_values;
        _journal.Append(topic, partition, value, source);
        _producer.Produce(
            new TopicPartition(topic, partition), new Message<Null, string> { Value = source is null ? $"{value}" : $"{value}:{source}" });
    }

    public void SendOffsets(IEnumerable<TopicPartitionOffset> next, IConsumerGroupMetadata group) =>
        Repeat(() => _producer.SendOffsetsToTransaction(next, group, s_patience));

    public void Dispose() => _producer.Dispose();

    private bool Abort()
    {
        try
        {
            Repeat(() => _producer.AbortTransaction(s_patience));
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private static void Repeat(Action call)
    {
        while (true)
        {
            try
            {
                call();
                return;
            }
            catch (KafkaRetriableException)
            {
                // As the library asks for.
            }
        }
    }
}
