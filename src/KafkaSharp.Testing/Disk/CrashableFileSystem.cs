using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Testing.Disk;

/// <summary>
/// A file system whose machine can lose its power: what was written since the last flush of a file is then lost. Creating, renaming and
/// deleting are durable at once. Appends cost no memory; of what is overwritten or cut off, the old bytes are kept until the next flush.
/// Thread-safe.
/// </summary>
/// <param name="inner">Keeps the files.</param>
/// <param name="losesFlush">Whether a flush of a path has no effect, although it succeeds.</param>
internal sealed class CrashableFileSystem(IFileSystem inner, Func<string, bool> losesFlush) : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, UnflushedChanges> _unflushed = new(StringComparer.Ordinal);
    private bool _isOff;

    /// <summary>From now on nothing can be written.</summary>
    public void PowerOff()
    {
        lock (_gate)
            _isOff = true;
    }

    /// <summary>Takes back what was not flushed. No file is open any more.</summary>
    public void LoseUnflushed()
    {
        lock (_gate)
        {
            foreach (var (path, changes) in _unflushed.Where(pair => inner.FileExists(pair.Key)))
            {
                using var file = inner.OpenFile(path, StorageFileMode.Open);
                changes.Undo(file);
            }
            _unflushed.Clear();
        }
    }

    public IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0)
    {
        if (mode != StorageFileMode.Open)
            CheckPower(path);
        return new CrashableFile(this, inner.OpenFile(path, mode, expectedLength));
    }

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public long GetLength(string path) => inner.GetLength(path);

    public long GetLastModified(string path) => inner.GetLastModified(path);

    public void SetLastModified(string path, long milliseconds)
    {
        CheckPower(path);
        inner.SetLastModified(path, milliseconds);
    }

    public void DeleteFile(string path)
    {
        lock (_gate)
        {
            CheckPower(path);
            inner.DeleteFile(path);
            _unflushed.Remove(path);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            CheckPower(from);
            inner.Rename(from, to);
            _unflushed.Remove(to);
            foreach (var path in _unflushed.Keys.Where(path => IsWithin(path, from)).ToList())
            {
                _unflushed.Remove(path, out var changes);
                _unflushed[to + path[from.Length..]] = changes!;
            }
        }
    }

    public IReadOnlyList<string> EnumerateFiles(string directory) => inner.EnumerateFiles(directory);

    public IReadOnlyList<string> EnumerateDirectories(string directory) => inner.EnumerateDirectories(directory);

    public void CreateDirectory(string directory)
    {
        CheckPower(directory);
        inner.CreateDirectory(directory);
    }

    public void DeleteDirectory(string directory)
    {
        lock (_gate)
        {
            CheckPower(directory);
            inner.DeleteDirectory(directory);
            foreach (var path in _unflushed.Keys.Where(path => IsWithin(path, directory)).ToList())
                _unflushed.Remove(path);
        }
    }

    public void FlushDirectory(string directory) => inner.FlushDirectory(directory);

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    public void CloseIdleFiles() => inner.CloseIdleFiles();

    public long GetAvailableBytes(string directory) => inner.GetAvailableBytes(directory);

    public long GetTotalBytes(string directory) => inner.GetTotalBytes(directory);

    private static bool IsWithin(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] is '/' or '\\');

    private void CheckPower(string path)
    {
        if (Volatile.Read(ref _isOff))
            throw new IOException($"The machine has lost its power: '{path}'");
    }

    private void Write(IStorageFile file, long offset, ReadOnlySpan<byte> source)
    {
        lock (_gate)
        {
            ChangesOf(file).Keep(file, offset, source.Length);
            file.Write(offset, source);
        }
    }

    private void SetLength(IStorageFile file, long length)
    {
        lock (_gate)
        {
            ChangesOf(file).Keep(file, length, long.MaxValue);
            file.SetLength(length);
        }
    }

    private UnflushedChanges ChangesOf(IStorageFile file)
    {
        CheckPower(file.Path);
        if (!_unflushed.TryGetValue(file.Path, out var changes))
            _unflushed.Add(file.Path, changes = new UnflushedChanges(file.Length));
        return changes;
    }

    private void Flush(IStorageFile file)
    {
        lock (_gate)
        {
            CheckPower(file.Path);
            file.Flush();
            if (!losesFlush(file.Path))
                _unflushed.Remove(file.Path);
        }
    }

    private sealed class CrashableFile(CrashableFileSystem owner, IStorageFile file) : IStorageFile
    {
        public string Path
        {
            get => file.Path;
            set => file.Path = value;
        }

        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination) => file.Read(offset, destination);

        public void Write(long offset, ReadOnlySpan<byte> source) => owner.Write(file, offset, source);

        public void SetLength(long length) => owner.SetLength(file, length);

        public void Flush() => owner.Flush(file);

        public BorrowedBytes Borrow(long offset, int length) => file.Borrow(offset, length);

        public void Dispose() => file.Dispose();
    }
}
