using KafkaSharp.Raft.Snapshots;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.MetadataLog;

/// <summary>A snapshot that is written under the name <c>….checkpoint.part</c>; freezing flushes and renames it. Not thread-safe.</summary>
internal sealed class SnapshotFile : ISnapshotFile
{
    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly string _partialPath;
    private readonly Action<long> _frozen;
    private readonly IStorageFile _file;
    private bool _isClosed;

    public SnapshotFile(IFileSystem files, string path, Action<long> frozen)
    {
        _files = files;
        _path = path;
        _partialPath = path[..^SnapshotName.Suffix.Length] + SnapshotName.PartialSuffix;
        _frozen = frozen;
        _file = files.OpenFile(_partialPath, StorageFileMode.Create);
    }

    public void Append(ReadOnlySpan<byte> bytes) => _file.Write(_file.Length, bytes);

    public void Freeze()
    {
        _file.Flush();
        var size = _file.Length;
        _file.Dispose();
        _isClosed = true;
        _files.Rename(_partialPath, _path);
        _files.FlushDirectory(Path.GetDirectoryName(_path)!);
        _frozen(size);
    }

    public void Dispose()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _file.Dispose();
        _files.DeleteFile(_partialPath);
    }
}
