using KafkaSharp.Protocol;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.MetadataLog;

/// <summary>
/// The snapshots in the metadata log's folder. The constructor removes partially written or deleted ones that a crash has left. A snapshot
/// that is deleted while it is read keeps its file until it was read: a reader has no handle of the system all the time, and opens the file
/// again by its name. Thread-safe.
/// </summary>
public sealed class SnapshotDirectory : ISnapshotStore
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<OffsetAndEpoch, long> _sizes = [];
    private readonly Dictionary<OffsetAndEpoch, int> _readers = [];

    // Those that are deleted when their last reader has ended.
    private readonly HashSet<OffsetAndEpoch> _deleted = [];

    public SnapshotDirectory(IFileSystem files, string directory)
    {
        _files = files;
        _directory = directory;
        foreach (var path in files.EnumerateFiles(directory))
        {
            var name = Path.GetFileName(path);
            if (SnapshotName.TryParse(name, out var id))
                _sizes.Add(id, files.GetLength(path));
            else if (name.EndsWith(SnapshotName.PartialSuffix, StringComparison.Ordinal)
                || name.EndsWith(SnapshotName.DeletedSuffix, StringComparison.Ordinal))
                files.DeleteFile(path);
        }
    }

    public IReadOnlyList<OffsetAndEpoch> List()
    {
        lock (_gate)
            return [.. _sizes.Keys];
    }

    public ISnapshotFile Create(OffsetAndEpoch id) => new SnapshotFile(_files, PathOf(id), size =>
    {
        lock (_gate)
        {
            _sizes[id] = size;
            _deleted.Remove(id);
        }
    });

    public Stream OpenRead(OffsetAndEpoch id)
    {
        lock (_gate)
            _readers[id] = _readers.GetValueOrDefault(id) + 1;
        try
        {
            return new StorageFileStream(_files.OpenFile(PathOf(id), StorageFileMode.Open), () => EndRead(id));
        }
        catch
        {
            EndRead(id);
            throw;
        }
    }

    public long SizeInBytes(OffsetAndEpoch id)
    {
        lock (_gate)
            return _sizes.GetValueOrDefault(id);
    }

    public void Delete(OffsetAndEpoch id)
    {
        lock (_gate)
        {
            _sizes.Remove(id);
            if (_readers.ContainsKey(id))
                _deleted.Add(id);
            else
                _files.DeleteFile(PathOf(id));
        }
    }

    private void EndRead(OffsetAndEpoch id)
    {
        lock (_gate)
        {
            if (--_readers[id] > 0)
                return;
            _readers.Remove(id);
            if (!_deleted.Remove(id))
                return;
            try
            {
                _files.DeleteFile(PathOf(id));
            }
            catch (IOException)
            {
                // The next start finds it and deletes it, as it does after a crash.
            }
        }
    }

    private string PathOf(OffsetAndEpoch id) => Path.Combine(_directory, SnapshotName.Format(id));
}
