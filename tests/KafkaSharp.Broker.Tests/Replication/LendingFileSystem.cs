using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.Tests.Replication;

/// <summary>Counts the loans of bytes of another file system's files that are not given back.</summary>
internal sealed class LendingFileSystem(IFileSystem inner) : IFileSystem
{
    // Shorter ones are those of headers.
    private const int ShortestLoan = 1_000;

    private int _lent;

    public int Lent => Volatile.Read(ref _lent);

    /// <summary>After so many loans the next one, and only that, fails for want of memory.</summary>
    public int LoansUntilFailure { get; set; } = int.MaxValue;

    public IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0) =>
        new LendingFile(this, inner.OpenFile(path, mode, expectedLength));

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public long GetLength(string path) => inner.GetLength(path);

    public long GetLastModified(string path) => inner.GetLastModified(path);

    public void SetLastModified(string path, long milliseconds) => inner.SetLastModified(path, milliseconds);

    public void DeleteFile(string path) => inner.DeleteFile(path);

    public void Rename(string from, string to) => inner.Rename(from, to);

    public IReadOnlyList<string> EnumerateFiles(string directory) => inner.EnumerateFiles(directory);

    public IReadOnlyList<string> EnumerateDirectories(string directory) => inner.EnumerateDirectories(directory);

    public void CreateDirectory(string directory) => inner.CreateDirectory(directory);

    public void DeleteDirectory(string directory) => inner.DeleteDirectory(directory);

    public void FlushDirectory(string directory) => inner.FlushDirectory(directory);

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    public void CloseIdleFiles() => inner.CloseIdleFiles();

    public long GetAvailableBytes(string directory) => inner.GetAvailableBytes(directory);

    public long GetTotalBytes(string directory) => inner.GetTotalBytes(directory);

    private BorrowedBytes Lend(BorrowedBytes borrowed)
    {
        if (borrowed.Length < ShortestLoan)
            return borrowed;
        if (LoansUntilFailure-- == 0)
        {
            borrowed.Dispose();
            throw new OutOfMemoryException("of the test");
        }
        Interlocked.Increment(ref _lent);
        return borrowed with { Lease = new Loan(this, borrowed.Lease) };
    }

    private sealed class Loan(LendingFileSystem owner, IDisposable? lease) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
                return;
            lease?.Dispose();
            Interlocked.Decrement(ref owner._lent);
        }
    }

    private sealed class LendingFile(LendingFileSystem owner, IStorageFile file) : IStorageFile
    {
        public string Path
        {
            get => file.Path;
            set => file.Path = value;
        }

        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination) => file.Read(offset, destination);

        public void Write(long offset, ReadOnlySpan<byte> source) => file.Write(offset, source);

        public void SetLength(long length) => file.SetLength(length);

        public void Flush() => file.Flush();

        public BorrowedBytes Borrow(long offset, int length) => owner.Lend(file.Borrow(offset, length));

        public void Dispose() => file.Dispose();
    }
}
