namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>
/// What may be missing in a compacted log: of each key everything but the last committed record, and that too if it is a tombstone; the
/// records of aborted transactions; the markers of transactions without records. And what must not come back: a record that a tombstone has
/// deleted which is gone itself.
/// </summary>
/// <param name="name">The partition, for messages.</param>
internal sealed class Compacted(string name)
{
    // Of each key the last tombstone that compaction was seen to have removed.
    private readonly Dictionary<int, long> _removedTombstones = [];

    /// <summary>Compares what must be in a log, if compaction has not removed it, with what is there.</summary>
    public void Check(IReadOnlyDictionary<long, SimulatedBatch> required, IReadOnlyDictionary<long, SimulatedBatch> found)
    {
        var known = new SortedDictionary<long, SimulatedBatch>();
        foreach (var (offset, batch) in required.Concat(found.Where(entry => !required.ContainsKey(entry.Key))))
            known[offset] = batch;
        Dictionary<long, bool> outcomes = [];
        foreach (var batch in known.Values)
        {
            if (batch.Marker is { } commits)
                outcomes[batch.ProducerId] = commits;
        }
        bool IsCommitted(SimulatedBatch batch) =>
            batch.IsRecord && (!batch.IsTransactional || outcomes.GetValueOrDefault(batch.ProducerId));
        foreach (var (offset, batch) in required)
        {
            var there = found.GetValueOrDefault(offset);
            if (there == batch)
                continue;
            Assert.That(there, Is.Null.Or.EqualTo(batch with { IsEmpty = true }), $"at {offset} of {name}");
            if (batch.IsEmpty)
                continue;
            if (batch.Marker is not null)
                Assert.That(found.Values.Where(other => other.ProducerId == batch.ProducerId && other.IsRecord), Is.Empty,
                    $"the marker at {offset} of {name} is gone, and its records are not");
            else if (batch.IsTombstone && IsCommitted(batch))
                _removedTombstones[batch.Key] = Math.Max(offset, _removedTombstones.GetValueOrDefault(batch.Key, -1));
            else if (!batch.IsTransactional || outcomes.GetValueOrDefault(batch.ProducerId, true))
                Assert.That(
                    known.Any(later => later.Key > offset && later.Value.Key == batch.Key && IsCommitted(later.Value)
                        && (found.ContainsKey(later.Key) || later.Value.IsTombstone)),
                    $"{batch} at {offset} of {name} is gone, and no later record has its key: found {string.Join("; ", found)}");
        }
        foreach (var (offset, batch) in found)
        {
            if (IsCommitted(batch) && _removedTombstones.TryGetValue(batch.Key, out var deleted))
                Assert.That(offset, Is.GreaterThan(deleted), $"{batch} of {name} is back, which the tombstone at {deleted} has deleted");
        }
    }

    /// <summary>
    /// The end of the log is cut, or all of it: gives those of the remaining batches that must not be missing because what was cut off had
    /// nothing to do with them.
    /// </summary>
    /// <param name="kept">The remaining batches, as far as they are known: those that compaction has removed may be among them.</param>
    /// <param name="cut">Those that are cut off.</param>
    public IEnumerable<long> Unaffected(IReadOnlyDictionary<long, SimulatedBatch> kept, IReadOnlyCollection<SimulatedBatch> cut)
    {
        var producers = cut.Where(batch => batch.Marker is not null).Select(batch => batch.ProducerId).ToHashSet();
        var keys = cut.Where(batch => batch.Marker is null).Select(batch => batch.Key).ToHashSet();
        keys.UnionWith(kept.Values.Where(batch => producers.Contains(batch.ProducerId)).Select(batch => batch.Key));
        return kept
            .Where(entry => entry.Value.Marker is null ? !keys.Contains(entry.Value.Key) : !producers.Contains(entry.Value.ProducerId))
            .Select(entry => entry.Key);
    }

    /// <summary>The log begins again, or its end is cut.</summary>
    public void Cut(long from)
    {
        foreach (var key in _removedTombstones.Where(entry => entry.Value >= from).Select(entry => entry.Key).ToArray())
            _removedTombstones.Remove(key);
    }

    /// <summary>
    /// Checks the aborted transactions of a compacted log: those of which a batch is left are there, each one with the offset of its
    /// marker.
    /// </summary>
    public void CheckAborted(
        IReadOnlyDictionary<long, SimulatedBatch> found, IReadOnlyList<(long ProducerId, long First, long Last)> known, long from)
    {
        Dictionary<long, long> open = [];
        foreach (var (offset, batch) in found.Where(entry => entry.Value.IsTransactional))
        {
            if (batch.Marker is null)
                open.TryAdd(batch.ProducerId, offset);
            else if (open.Remove(batch.ProducerId, out var first) && batch.Marker == false && first >= from)
                Assert.That(known, Has.Some.Matches<(long ProducerId, long First, long Last)>(entry =>
                    entry.ProducerId == batch.ProducerId && entry.First <= first && entry.Last == offset),
                    $"the transaction of {batch.ProducerId} from {first} to {offset} of {name} was aborted");
        }
        foreach (var (producerId, _, last) in known.Where(entry => entry.Last >= from))
            Assert.That(found.GetValueOrDefault(last), Is.Null.Or.Matches<SimulatedBatch>(
                batch => batch!.ProducerId == producerId && batch.Marker == false), $"the marker at {last} of {name}");
    }
}
