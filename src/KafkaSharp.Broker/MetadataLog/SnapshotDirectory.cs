using KafkaSharp.Protocol;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.MetadataLog;

/// <summary>
/// The snapshots in the metadata log's folder. The constructor removes partially written or deleted ones that a crash has left.
/// Thread-safe.
/// </summary>
public sealed class SnapshotDirectory : ISnapshotStore
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<OffsetAndEpoch, long> _sizes = [];

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
            _sizes[id] = size;
    });

    public Stream OpenRead(OffsetAndEpoch id) => new StorageFileStream(_files.OpenFile(PathOf(id), StorageFileMode.Open));

    public long SizeInBytes(OffsetAndEpoch id)
    {
        lock (_gate)
            return _sizes.GetValueOrDefault(id);
    }

    public void Delete(OffsetAndEpoch id)
    {
        _files.DeleteFile(PathOf(id));
        lock (_gate)
            _sizes.Remove(id);
    }

    private string PathOf(OffsetAndEpoch id) => Path.Combine(_directory, SnapshotName.Format(id));
}
