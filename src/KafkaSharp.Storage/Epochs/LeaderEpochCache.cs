using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Epochs;

/// <summary>
/// The leader epochs of one log with the offsets where they begin, kept in <c>leader-epoch-checkpoint</c> (Kafka's <c>LeaderEpochFileCache</c>, KIP-101).
/// Changes are made under the log's append lock; readers need no lock. Epochs and start offsets both ascend. A new epoch at the end is written with the
/// next <see cref="Flush"/>, which comes before the recovery point passes it: until then recovery finds it in the batches. So is a truncation, which
/// opening the log does again. All else is on disk at once.
/// </summary>
public sealed class LeaderEpochCache
{
    private readonly IFileSystem _files;
    private readonly Lock _writing = new();
    private volatile EpochEntry[] _epochs;
    private EpochEntry[] _written;

    private LeaderEpochCache(IFileSystem files, string directory, EpochEntry[] epochs)
    {
        _files = files;
        Directory = directory;
        _epochs = _written = epochs;
    }

    /// <summary>The log's folder; set anew when it is renamed.</summary>
    public string Directory { get; set; }

    /// <summary>All entries, ascending; a moment's picture.</summary>
    public IReadOnlyList<EpochEntry> Entries => _epochs;

    public EpochEntry? EarliestEntry => _epochs is [var first, ..] ? first : null;

    public EpochEntry? LatestEntry => _epochs is [.., var last] ? last : null;

    /// <summary>The epoch of the last records written, or null in a log that has none.</summary>
    public int? LatestEpoch => LatestEntry?.Epoch;

    /// <exception cref="IOException">The checkpoint file can't be read or is malformed.</exception>
    public static LeaderEpochCache Open(IFileSystem files, string directory) =>
        new(files, directory, [.. LeaderEpochCheckpointFile.Read(files, directory)]);

    /// <summary>A leader begins to write at an offset. Entries that this contradicts, because they begin later or are of a later epoch, go.</summary>
    public void Assign(int epoch, long startOffset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(startOffset);
        var epochs = _epochs;
        if (epochs is [.., var last] && epoch == last.Epoch && startOffset >= last.StartOffset)
            return;
        var kept = epochs.AsSpan();
        while (kept is [.. var before, var end] && (end.Epoch >= epoch || end.StartOffset >= startOffset))
            kept = before;
        EpochEntry[] updated = [.. kept, new EpochEntry(epoch, startOffset)];
        if (kept.Length == epochs.Length)
            _epochs = updated;
        else
            Publish(updated);
    }

    /// <summary>
    /// Recovery found a batch: its word counts against the file, which may have been written before the log was cut. Entries that contradict it go.
    /// </summary>
    public void Recover(int epoch, long offset)
    {
        if (EpochForOffset(offset) == epoch)
            return;
        var epochs = _epochs;
        var before = epochs.Where(entry => entry.StartOffset <= offset && entry.Epoch <= epoch).ToArray();
        var after = epochs.Where(entry => entry.StartOffset > offset && entry.Epoch > epoch);
        _epochs = before is [.., var last] && last.Epoch == epoch ? [.. before, .. after] : [.. before, new EpochEntry(epoch, offset), .. after];
    }

    /// <summary>Makes the checkpoint file hold what the cache holds, durably; nothing where it does already. Safe beside changes.</summary>
    public void Flush()
    {
        lock (_writing)
        {
            if (_epochs is var epochs && !ReferenceEquals(epochs, _written))
                Write(epochs);
        }
    }

    /// <summary>
    /// The largest epoch known that is not above the requested one, and the offset where it ends; for the latest epoch that is the end of the log. An epoch
    /// below all known ones ends where the first begins. Null where the epoch is above all known ones or negative: the caller answers with undefined.
    /// </summary>
    public OffsetAndEpoch? EndOffsetFor(int requestedEpoch, long logEndOffset)
    {
        var epochs = _epochs;
        if (requestedEpoch < 0 || epochs is [])
            return null;
        if (epochs[^1].Epoch == requestedEpoch)
            return new OffsetAndEpoch(logEndOffset, requestedEpoch);
        var higher = FirstAbove(epochs, requestedEpoch);
        if (higher == epochs.Length)
            return null;
        return new OffsetAndEpoch(epochs[higher].StartOffset, higher == 0 ? requestedEpoch : epochs[higher - 1].Epoch);
    }

    /// <summary>The epoch in which the record at an offset was written, or null where the offset lies before all that is known.</summary>
    public int? EpochForOffset(long offset)
    {
        var epochs = _epochs;
        for (var i = epochs.Length - 1; i >= 0; i--)
        {
            if (epochs[i].StartOffset <= offset)
                return epochs[i].Epoch;
        }
        return null;
    }

    /// <summary>The log now ends at an offset: epochs that begin there or later go.</summary>
    public void TruncateFromEnd(long endOffset)
    {
        var epochs = _epochs;
        if (endOffset < 0 || epochs is [] || epochs[^1].StartOffset < endOffset)
            return;
        _epochs = [.. epochs.Where(entry => entry.StartOffset < endOffset)];
    }

    /// <summary>The log now begins at an offset: the epoch that holds it begins there, those before it go.</summary>
    public void TruncateFromStart(long startOffset)
    {
        var epochs = _epochs;
        var above = 0;
        while (above < epochs.Length && epochs[above].StartOffset <= startOffset)
            above++;
        if (above == 0 || (above == 1 && epochs[0].StartOffset == startOffset))
            return;
        _epochs = [new EpochEntry(epochs[above - 1].Epoch, startOffset), .. epochs.AsSpan(above)];
    }

    /// <summary>The log is empty again.</summary>
    public void Clear()
    {
        if (_epochs is not [])
            Publish([]);
    }

    private static int FirstAbove(EpochEntry[] epochs, int epoch)
    {
        var above = 0;
        while (above < epochs.Length && epochs[above].Epoch <= epoch)
            above++;
        return above;
    }

    private void Publish(EpochEntry[] epochs)
    {
        lock (_writing)
        {
            Write(epochs);
            _epochs = epochs;
        }
    }

    private void Write(EpochEntry[] epochs)
    {
        LeaderEpochCheckpointFile.Write(_files, Directory, epochs);
        _written = epochs;
    }
}
