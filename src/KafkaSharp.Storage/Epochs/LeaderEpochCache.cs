using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Epochs;

/// <summary>
/// The leader epochs of a log with their start offsets, stored in <c>leader-epoch-checkpoint</c> (Kafka's <c>LeaderEpochFileCache</c>,
/// KIP-101). Changes are made under the append lock of the log; readers need no lock. Epochs and start offsets are both ascending. A new
/// epoch is written with the next <see cref="Flush"/>, before the recovery point passes it; until then, recovery finds it in the batches. A
/// truncation is also written then; opening the log repeats it. So neither an append nor the begin of an epoch can fail here when its
/// records are in the log. Only <see cref="Clear"/> writes at once: what is removed with the epochs is not there at the next start.
/// </summary>
public sealed class LeaderEpochCache
{
    private const int UndefinedEpoch = -1;

    private readonly IFileSystem _files;
    private readonly Lock _writing = new();
    private volatile EpochEntry[] _epochs;
    private EpochEntry[] _written;
    private string _directory;
    private bool _isClosed;

    private LeaderEpochCache(IFileSystem files, string directory, EpochEntry[] epochs)
    {
        _files = files;
        _directory = directory;
        _epochs = _written = epochs;
    }

    /// <summary>A snapshot of all entries, ascending.</summary>
    public IReadOnlyList<EpochEntry> Entries => _epochs;

    public EpochEntry? EarliestEntry => _epochs is [var first, ..] ? first : null;

    public EpochEntry? LatestEntry => _epochs is [.., var last] ? last : null;

    /// <summary>The epoch of the last record; null if there is none.</summary>
    public int? LatestEpoch => LatestEntry?.Epoch;

    /// <exception cref="IOException">The checkpoint file cannot be read or is malformed.</exception>
    public static LeaderEpochCache Open(IFileSystem files, string directory) =>
        new(files, directory, [.. LeaderEpochCheckpointFile.Read(files, directory)]);

    /// <summary>
    /// Assigns a start offset to an epoch. Removes contradicting entries: those with a later start offset or a later epoch.
    /// </summary>
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
        _epochs = [.. kept, new EpochEntry(epoch, startOffset)];
    }

    /// <summary>
    /// Assigns an epoch of a batch that recovery found. The batch takes precedence over the file, which may be older than a truncation;
    /// contradicting entries are removed.
    /// </summary>
    public void Recover(int epoch, long offset)
    {
        if (EpochForOffset(offset) == epoch)
            return;
        var epochs = _epochs;
        var before = epochs.Where(entry => entry.Epoch == epoch ? entry.StartOffset <= offset
            : entry.Epoch < epoch && entry.StartOffset < offset).ToArray();
        var after = epochs.Where(entry => entry.StartOffset > offset && entry.Epoch > epoch);
        _epochs = before is [.., var last] && last.Epoch == epoch ? [.. before, .. after]
            : [.. before, new EpochEntry(epoch, offset), .. after];
    }

    /// <summary>Writes the entries to the checkpoint file durably, if they have changed. May run concurrently with changes.</summary>
    public void Flush()
    {
        lock (_writing)
        {
            if (_epochs is var epochs && !ReferenceEquals(epochs, _written))
                Write(epochs);
        }
    }

    /// <summary>
    /// Runs the renaming of the log's directory while the checkpoint file is not written. Later writes use the new directory.
    /// </summary>
    public void Move(string newDirectory, Action rename)
    {
        lock (_writing)
        {
            rename();
            _directory = newDirectory;
        }
    }

    /// <summary>Later writes use another folder, which the next <see cref="Flush"/> writes to in any case.</summary>
    public void ContinueIn(string directory)
    {
        lock (_writing)
        {
            _directory = directory;
            // No entries are equal to these.
            _written = [new EpochEntry(UndefinedEpoch, UndefinedEpoch)];
        }
    }

    /// <summary>Ends writing: on return no write is under way, and later ones have no effect. The directory may then be deleted.</summary>
    public void Close()
    {
        lock (_writing)
            _isClosed = true;
    }

    /// <summary>
    /// The largest known epoch that is not greater than the requested one, and its end offset; for the latest epoch, that is the end of the
    /// log. A requested epoch before all known ones ends at the start of the first. Null if the requested epoch is greater than all known
    /// ones, or -1; the caller then responds with an undefined epoch.
    /// </summary>
    public OffsetAndEpoch? EndOffsetFor(int requestedEpoch, long logEndOffset)
    {
        var epochs = _epochs;
        if (requestedEpoch == UndefinedEpoch || epochs is [])
            return null;
        if (epochs[^1].Epoch == requestedEpoch)
            return new OffsetAndEpoch(logEndOffset, requestedEpoch);
        var higher = FirstAbove(epochs, requestedEpoch);
        if (higher == epochs.Length)
            return null;
        return new OffsetAndEpoch(epochs[higher].StartOffset, higher == 0 ? requestedEpoch : epochs[higher - 1].Epoch);
    }

    /// <summary>The epoch of the record at an offset; null if the offset is before all known epochs.</summary>
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

    /// <summary>Truncates to a new end of the log: removes the epochs that start at or after it.</summary>
    public void TruncateFromEnd(long endOffset)
    {
        var epochs = _epochs;
        if (endOffset < 0 || epochs is [] || epochs[^1].StartOffset < endOffset)
            return;
        _epochs = [.. epochs.Where(entry => entry.StartOffset < endOffset)];
    }

    /// <summary>Truncates to a new start of the log: the epoch of this offset starts there, and earlier epochs are removed.</summary>
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

    /// <summary>Removes all entries, on disk too.</summary>
    public void Clear()
    {
        if (_epochs is [])
            return;
        lock (_writing)
        {
            Write([]);
            _epochs = [];
        }
    }

    private static int FirstAbove(EpochEntry[] epochs, int epoch)
    {
        var above = 0;
        while (above < epochs.Length && epochs[above].Epoch <= epoch)
            above++;
        return above;
    }

    private void Write(EpochEntry[] epochs)
    {
        if (_isClosed)
            return;
        LeaderEpochCheckpointFile.Write(_files, _directory, epochs);
        _written = epochs;
    }
}
