using System.Collections.Concurrent;

namespace KafkaSharp.Coordinators.Shards;

/// <summary>
/// The shards of this broker by partition. Elections and resignations of one partition take effect in the order they were told, each after
/// the one before has ended: a shard is loaded only when its predecessor can't write any more. All members may be called from any thread.
/// </summary>
sealed class ShardRegistry(Func<int, CoordinatorShard> newShard)
{
    private readonly ConcurrentDictionary<int, CoordinatorShard> _shards = new();
    private readonly Dictionary<int, Term> _terms = [];
    private readonly Lock _gate = new();

    public IEnumerable<CoordinatorShard> All => _shards.Values;

    public CoordinatorShard? Find(int partition) => _shards.GetValueOrDefault(partition);

    /// <summary>This broker leads the partition as of an epoch. An older epoch than the known one is passed over; a newer one of a shard
    /// that runs already changes nothing but the epoch. A shard that has failed is thrown away and loaded anew.</summary>
    public void OnElection(int partition, int leaderEpoch)
    {
        lock (_gate)
        {
            var term = _terms.GetValueOrDefault(partition, Term.None);
            if (leaderEpoch <= term.Epoch)
                return;
            var before = term.Last;
            if (_shards.TryGetValue(partition, out var known))
            {
                if (!known.HasFailed)
                {
                    _terms[partition] = term with { Epoch = leaderEpoch };
                    return;
                }
                before = Task.WhenAll(before, known.DisposeAsync().AsTask());
            }
            var shard = newShard(partition);
            _shards[partition] = shard;
            _terms[partition] = new Term(leaderEpoch, AfterAsync(before, () => shard.LoadAsync(leaderEpoch)));
        }
    }

    /// <summary>This broker does not lead the partition any more, as of an epoch, or, without one, because the replica is gone.</summary>
    public void OnResignation(int partition, int? leaderEpoch)
    {
        lock (_gate)
        {
            var term = _terms.GetValueOrDefault(partition, Term.None);
            if (leaderEpoch < term.Epoch)
                return;
            // A topic made anew counts its epochs from the beginning.
            var epoch = leaderEpoch ?? Term.None.Epoch;
            // Unloading ends a load that still runs, so it must not wait for it.
            _terms[partition] = _shards.TryRemove(partition, out var shard)
                ? new Term(epoch, Task.WhenAll(term.Last, shard.DisposeAsync().AsTask()))
                : term with { Epoch = epoch };
        }
    }

    /// <summary>Unloads everything and waits for it.</summary>
    public async Task CloseAsync()
    {
        foreach (var partition in _shards.Keys)
            OnResignation(partition, null);
        Task[] last;
        lock (_gate)
            last = [.. _terms.Values.Select(term => term.Last)];
        await Task.WhenAll(last);
    }

    private static async Task AfterAsync(Task before, Func<Task> next)
    {
        await before;
        await next();
    }

    /// <summary>The newest epoch told, and the end of what was begun for it.</summary>
    private readonly record struct Term(int Epoch, Task Last)
    {
        public static Term None { get; } = new(-1, Task.CompletedTask);
    }
}
