using System.Collections.Concurrent;
using Confluent.Kafka;

namespace ConfluentKafka;

/// <summary>
/// A consumer in a group, with a thread of its own, which commits each record that it has read. The strategy is range or cooperative, or
/// consumer for the consumer protocol (KIP-848).
/// </summary>
internal sealed class Member
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _leave = new();
    private readonly Thread _thread;
    private readonly string _strategy;
    private int _assigned;
    private int _refusedCommits;
    private Exception? _fault;

    public Member(string bootstrap, string group, string topic, string strategy, ConcurrentDictionary<string, int> seen)
    {
        _strategy = strategy;
        _thread = new Thread(() =>
        {
            try
            {
                Run(bootstrap, group, topic, seen);
            }
            catch (KafkaException e)
            {
                _fault = e;
            }
        })
        {
            IsBackground = true,
        };
        _thread.Start();
    }

    public int Assigned => Volatile.Read(ref _assigned);

    /// <summary>Commits that failed because a rebalance was under way. Their records are read again.</summary>
    public int RefusedCommits => Volatile.Read(ref _refusedCommits);

    public void Leave()
    {
        _leave.Cancel();
        if (!_thread.Join(Patience))
            throw new TimeoutException("a consumer did not close");
        if (_fault is not null)
            throw new InvalidOperationException($"a member failed: {_fault.Message}");
    }

    private void Run(string bootstrap, string group, string topic, ConcurrentDictionary<string, int> seen)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>(Config(bootstrap, group))
            .SetPartitionsAssignedHandler(
                (c, partitions) => Volatile.Write(ref _assigned, (_strategy == "range" ? 0 : _assigned) + partitions.Count))
            .SetPartitionsRevokedHandler((c, partitions) => Volatile.Write(ref _assigned, _assigned - partitions.Count))
            .Build();
        consumer.Subscribe(topic);
        while (!_leave.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is not { } result)
                continue;
            try
            {
                consumer.Commit(result);
            }
            catch (KafkaException e) when (e.Error.Code is ErrorCode.RebalanceInProgress or ErrorCode.IllegalGeneration)
            {
                Interlocked.Increment(ref _refusedCommits);
            }
            seen.AddOrUpdate(result.Message.Value, 1, (_, times) => times + 1);
        }
        consumer.Close();
    }

    private ConsumerConfig Config(string bootstrap, string group)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrap, GroupId = group, AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoCommit = false,
        };
        if (_strategy == "consumer")
        {
            // The broker chooses the assignor, the interval of heartbeats and the session timeout.
            config.GroupProtocol = GroupProtocol.Consumer;
        }
        else
        {
            config.PartitionAssignmentStrategy = _strategy == "cooperative" ? PartitionAssignmentStrategy.CooperativeSticky
                : PartitionAssignmentStrategy.Range;
            (config.HeartbeatIntervalMs, config.SessionTimeoutMs) = (300, 10000);
        }
        return config;
    }
}
