using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>The producer snapshot files of a log, by offset. Used under the log's lock.</summary>
internal sealed class ProducerSnapshots(IFileSystem files, string directory)
{
    private readonly SortedSet<long> _offsets = [];

    /// <summary>The directory of the log; set again after a rename.</summary>
    public string Directory { get; set; } = directory;

    public long? Latest => _offsets.Count == 0 ? null : _offsets.Max;

    public IReadOnlyCollection<long> Offsets => _offsets;

    public string PathOf(long offset) => Path.Combine(Directory, ProducerSnapshotFile.NameOf(offset));

    /// <summary>Adds the snapshots among the files of the directory.</summary>
    public void Load(IEnumerable<string> paths)
    {
        _offsets.Clear();
        foreach (var path in paths)
        {
            if (ProducerSnapshotFile.TryParseName(Path.GetFileName(path.AsSpan()), out var offset))
                _offsets.Add(offset);
        }
    }

    /// <summary>Continues with the snapshots of another log of the same records, in its folder.</summary>
    public void ContinueWith(ProducerSnapshots other)
    {
        Directory = other.Directory;
        _offsets.Clear();
        _offsets.UnionWith(other._offsets);
    }

    public List<ProducerStateEntry> Read(long offset) => ProducerSnapshotFile.Read(files, PathOf(offset));

    public void Write(long offset, IReadOnlyCollection<ProducerStateEntry> entries, bool flush)
    {
        try
        {
            ProducerSnapshotFile.Write(files, PathOf(offset), entries, flush);
        }
        catch (IOException)
        {
            // It would stay when its offset is truncated, and be found at the next start.
            DeleteRest(PathOf(offset));
            throw;
        }
        _offsets.Add(offset);
    }

    public void Delete(long offset)
    {
        if (_offsets.Remove(offset))
            files.DeleteFile(PathOf(offset));
    }

    /// <summary>
    /// Removes a snapshot and returns its path, whose file the caller deletes with the segment; null if there is none. As in Kafka, a file
    /// that somebody has removed is not a failure: a snapshot can be missing.
    /// </summary>
    public string? Detach(long offset) => _offsets.Remove(offset) && files.FileExists(PathOf(offset)) ? PathOf(offset) : null;

    public void DeleteWhere(Predicate<long> condition)
    {
        foreach (var offset in _offsets.ToArray())
        {
            if (condition(offset))
                Delete(offset);
        }
    }

    private void DeleteRest(string path)
    {
        try
        {
            files.DeleteFile(path);
        }
        catch (IOException)
        {
            // The failure of the write is reported.
        }
    }
}
