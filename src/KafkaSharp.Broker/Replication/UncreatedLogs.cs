using System.Collections.Concurrent;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// The replicas of this broker whose logs could not be created because the disk was full, in the order in which they are tried again.
/// Changed by one thread at a time; <see cref="Contains"/> and <see cref="Change"/> are thread-safe.
/// </summary>
internal sealed class UncreatedLogs
{
    // Each one costs a few calls of the file system, on the thread that applies the metadata.
    private const int MostFailures = 10;

    private readonly ConcurrentDictionary<TopicPartition, (LocalReplica Replica, long Number)> _replicas = new();
    private readonly Queue<(TopicPartition Name, long Number)> _order = new();
    private long _lastNumber;
    private TaskCompletionSource _change = NewChange();

    /// <summary>Completes when one of the logs is created or not waited for any more.</summary>
    public Task Change => Volatile.Read(ref _change).Task;

    public bool Contains(TopicPartition name) => _replicas.ContainsKey(name);

    /// <summary>Adds a replica, or replaces what is known of it.</summary>
    public void Add(LocalReplica replica)
    {
        if (_replicas.TryGetValue(replica.Partition, out var known))
        {
            _replicas[replica.Partition] = (replica, known.Number);
            return;
        }
        _replicas[replica.Partition] = (replica, ++_lastNumber);
        _order.Enqueue((replica.Partition, _lastNumber));
    }

    public void Remove(TopicPartition name)
    {
        if (_replicas.TryRemove(name, out _))
            Interlocked.Exchange(ref _change, NewChange()).SetResult();
    }

    /// <summary>
    /// Tries all again, the ones that have waited longest first, or until a few have failed. <paramref name="apply"/> removes a replica, or
    /// leaves it where there is still no space.
    /// </summary>
    public void TryAgain(Action<LocalReplica> apply)
    {
        var failures = 0;
        for (var count = _order.Count; count > 0 && failures < MostFailures; count--)
        {
            var next = _order.Dequeue();
            if (!_replicas.TryGetValue(next.Name, out var waiting) || waiting.Number != next.Number)
                continue;
            apply(waiting.Replica);
            if (!_replicas.ContainsKey(next.Name))
                continue;
            _order.Enqueue(next);
            failures++;
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
