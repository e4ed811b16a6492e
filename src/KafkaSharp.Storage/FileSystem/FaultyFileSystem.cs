namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// Simulates failures of another file system. <paramref name="fault"/> receives each operation with its path first, and returns the
/// exception with which it fails, or null.
/// </summary>
public sealed class FaultyFileSystem(IFileSystem inner, Func<FileOperation, string, IOException?> fault) : IFileSystem
{
    public IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0)
    {
        Check(FileOperation.Open, path);
        return new FaultyFile(this, inner.OpenFile(path, mode, expectedLength));
    }

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public long GetLength(string path) => inner.GetLength(path);

    public long GetLastModified(string path) => inner.GetLastModified(path);

    public void SetLastModified(string path, long milliseconds)
    {
        Check(FileOperation.Write, path);
        inner.SetLastModified(path, milliseconds);
    }

    public void DeleteFile(string path)
    {
        Check(FileOperation.Delete, path);
        inner.DeleteFile(path);
    }

    public void Rename(string from, string to)
    {
        Check(FileOperation.Rename, from);
        inner.Rename(from, to);
    }

    public IReadOnlyList<string> EnumerateFiles(string directory) => inner.EnumerateFiles(directory);

    public IReadOnlyList<string> EnumerateDirectories(string directory) => inner.EnumerateDirectories(directory);

    public void CreateDirectory(string directory)
    {
        Check(FileOperation.Directory, directory);
        inner.CreateDirectory(directory);
    }

    public void DeleteDirectory(string directory)
    {
        Check(FileOperation.Directory, directory);
        inner.DeleteDirectory(directory);
    }

    public void FlushDirectory(string directory)
    {
        DiskErrors.FlushDirectory(directory, () => Check(FileOperation.Flush, directory));
        inner.FlushDirectory(directory);
    }

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    public void CloseIdleFiles() => inner.CloseIdleFiles();

    public long GetAvailableBytes(string directory) => inner.GetAvailableBytes(directory);

    public long GetTotalBytes(string directory) => inner.GetTotalBytes(directory);

    private void Check(FileOperation operation, string path)
    {
        if (fault(operation, path) is { } exception)
            throw exception;
    }

    private sealed class FaultyFile(FaultyFileSystem owner, IStorageFile file) : IStorageFile
    {
        public string Path
        {
            get => file.Path;
            set => file.Path = value;
        }

        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination)
        {
            owner.Check(FileOperation.Read, Path);
            return file.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            owner.Check(FileOperation.Write, Path);
            file.Write(offset, source);
        }

        public void SetLength(long length)
        {
            owner.Check(FileOperation.SetLength, Path);
            file.SetLength(length);
        }

        public void Flush()
        {
            owner.Check(FileOperation.Flush, Path);
            file.Flush();
        }

        public BorrowedBytes Borrow(long offset, int length)
        {
            owner.Check(FileOperation.Read, Path);
            return file.Borrow(offset, length);
        }

        public void Dispose() => file.Dispose();
    }
}
