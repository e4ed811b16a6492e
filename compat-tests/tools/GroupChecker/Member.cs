using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace GroupChecker;

/// <summary>
/// A consumer of either protocol. It commits what it has read every few records and before it gives partitions up, so each partition is
/// read without a gap, and twice only where a commit was refused or a process killed.
/// </summary>
internal sealed class Member(string bootstrap, bool usesConsumerProtocol, Journal journal)
{
    private const int RecordsPerCommit = 20;

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<TopicPartition, Offset> _uncommitted = [];
    private int _records;

    public int Run()
    {
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            _stop.Cancel();
        });
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(Config())
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .SetPartitionsAssignedHandler((_, _) => { })
            .SetPartitionsRevokedHandler(OnRevoked)
            .SetPartitionsLostHandler((_, lost) => Forget(lost))
            .Build();
        consumer.Subscribe(RolledTopic.Name);
        try
        {
            while (!_stop.IsCancellationRequested)
                ReadOne(consumer);
            consumer.Close();
            return 0;
        }
        catch (KafkaException e) when (e.Error.IsFatal)
        {
            journal.Failed(e.Error.ToString());
            return 1;
        }
    }

    private void ReadOne(IConsumer<Ignore, Ignore> consumer)
    {
        try
        {
            var result = consumer.Consume(TimeSpan.FromMilliseconds(50));
            if (result is not null)
            {
                journal.Consumed(result.Partition, result.Offset);
                _uncommitted[result.TopicPartition] = result.Offset + 1;
            }
            if (result is null || ++_records % RecordsPerCommit == 0)
                Commit(consumer);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            // The broker is being restarted.
        }
    }

    private void Commit(IConsumer<Ignore, Ignore> consumer)
    {
        if (_uncommitted.Count == 0)
            return;
        try
        {
            consumer.Commit(_uncommitted.Select(each => new TopicPartitionOffset(each.Key, each.Value)));
            _uncommitted.Clear();
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
            // What is still this member's is committed with the records after it.
            journal.Refused(e.Error.Code.ToString());
        }
    }

    private void OnRevoked(IConsumer<Ignore, Ignore> consumer, List<TopicPartitionOffset> revoked)
    {
        Commit(consumer);
        Forget(revoked);
    }

    private void Forget(List<TopicPartitionOffset> partitions)
    {
        foreach (var each in partitions)
            _uncommitted.Remove(each.TopicPartition);
    }

    private ConsumerConfig Config()
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrap, GroupId = RolledTopic.Group, AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false, EnableAutoOffsetStore = false, FetchWaitMaxMs = 50, ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 200,
        };
        if (usesConsumerProtocol)
        {
            // The broker sets the timeouts.
            config.GroupProtocol = GroupProtocol.Consumer;
        }
        else
        {
            (config.SessionTimeoutMs, config.HeartbeatIntervalMs) = (5000, 300);
            config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range;
        }
        return config;
    }
}
