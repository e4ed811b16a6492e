using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// The producers that a log does not know, because their first batch found no space on the disk. An unknown producer may begin with any
/// sequence, since retention may have deleted its records: of the batches in flight, a later one that finds space would be appended before
/// the first one, and this would be refused for ever. So the lowest refused sequence must come first. Kept in memory only, until the
/// producer is known or the log begins again, or as long as producers are kept. Used under the log's lock.
/// </summary>
internal sealed class RefusedProducers
{
    // A client can have any number of producer ids.
    private const int MostKept = 10_000;

    private readonly Dictionary<long, Refused> _byProducerId = new(SeededInt64Comparer.Instance);

    /// <summary>A batch of an unknown producer had no space.</summary>
    public void Add(long producerId, short epoch, int sequence, long nowMs)
    {
        if (_byProducerId.TryGetValue(producerId, out var known)
            ? epoch > known.Epoch || (epoch == known.Epoch && sequence < known.Sequence)
            : _byProducerId.Count < MostKept)
            _byProducerId[producerId] = new Refused(epoch, sequence, nowMs);
    }

    /// <summary>The lower sequence of the same epoch that must be appended before; null if there is none.</summary>
    public int? SequenceBefore(long producerId, short epoch, int sequence) =>
        _byProducerId.Count > 0 && _byProducerId.TryGetValue(producerId, out var refused)
        && refused.Epoch == epoch && refused.Sequence < sequence
            ? refused.Sequence
            : null;

    /// <summary>The log knows the producer now.</summary>
    public void Remove(long producerId)
    {
        if (_byProducerId.Count > 0)
            _byProducerId.Remove(producerId);
    }

    /// <summary>The log begins again where its leader's begins: this one may have had the refused batches, and deleted them.</summary>
    public void Clear() => _byProducerId.Clear();

    public void RemoveExpired(long nowMs, long expirationMs)
    {
        foreach (var (producerId, refused) in _byProducerId)
        {
            if (nowMs - refused.RefusedMs >= expirationMs)
                _byProducerId.Remove(producerId);
        }
    }

    private readonly record struct Refused(short Epoch, int Sequence, long RefusedMs);
}
