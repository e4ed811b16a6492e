using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Testing.Disk;

/// <summary>A failure of the disk that is in effect. Disposing ends it. Thread-safe.</summary>
public sealed class DiskFault : IDisposable
{
    private readonly TestDisk _disk;
    private readonly Func<FileOperation, string, bool> _affects;
    private readonly Func<string, IOException> _failure;
    private int _hits;

    internal DiskFault(TestDisk disk, Func<FileOperation, string, bool> affects, Func<string, IOException> failure)
    {
        _disk = disk;
        _affects = affects;
        _failure = failure;
    }

    /// <summary>How many operations have failed.</summary>
    public int Hits => Volatile.Read(ref _hits);

    public void Dispose() => _disk.Remove(this);

    internal IOException? FailureOf(FileOperation operation, string path)
    {
        if (!_affects(operation, path))
            return null;
        Interlocked.Increment(ref _hits);
        return _failure(path);
    }
}
