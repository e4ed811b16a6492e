namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// The interface between storage and disks, with exactly the operations that a log directory needs. Paths are absolute. Thread-safe.
/// Failures are <see cref="IOException"/>s; a missing file is a <see cref="FileNotFoundException"/>.
/// </summary>
public interface IFileSystem
{
    /// <summary>
    /// Opens a file for reading and writing. <paramref name="expectedLength"/> is a hint for its final length; a mapping has this length
    /// from the start.
    /// </summary>
    IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0);

    bool FileExists(string path);

    bool DirectoryExists(string path);

    /// <summary>The length of a file in bytes. The file need not be open.</summary>
    long GetLength(string path);

    /// <summary>The time of the last write to the file, in milliseconds since the Unix epoch.</summary>
    long GetLastModified(string path);

    /// <summary>
    /// Sets the time of the last write to a file, which is then that of other files whose content it has. A later write changes it.
    /// </summary>
    void SetLastModified(string path, long milliseconds);

    /// <summary>Deletes a file, if it exists. Bytes borrowed from it stay readable.</summary>
    void DeleteFile(string path);

    /// <summary>
    /// Renames a file or directory atomically. A file at <paramref name="to"/> is replaced. Open files stay open; see
    /// <see cref="IStorageFile.Path"/>.
    /// </summary>
    void Rename(string from, string to);

    /// <summary>The full paths of the files in a directory, in no particular order.</summary>
    IReadOnlyList<string> EnumerateFiles(string directory);

    /// <summary>The full paths of the subdirectories of a directory, in no particular order.</summary>
    IReadOnlyList<string> EnumerateDirectories(string directory);

    /// <summary>Creates a directory and its missing parents.</summary>
    void CreateDirectory(string directory);

    /// <summary>Deletes a directory and its content, if it exists.</summary>
    void DeleteDirectory(string directory);

    /// <summary>Makes earlier creations, renames and deletions in a directory durable (fsync of the directory).</summary>
    /// <exception cref="IOException">
    /// The disk fails. It is never one of a full disk, which passes: a second call would succeed and prove nothing.
    /// </exception>
    void FlushDirectory(string directory);

    /// <summary>
    /// Locks a file, which is created if necessary, against other processes and against a second lock in this process. The lock is the one
    /// that <c>FileChannel.tryLock</c> of a JVM uses. Null if the file is already locked. Disposing the result releases the lock.
    /// </summary>
    IDisposable? TryLock(string path);

    /// <summary>
    /// Gives handles and mappings of files that were not used since the last call back to the system. Called periodically.
    /// </summary>
    void CloseIdleFiles();

    /// <summary>The free space of the volume of a directory, in bytes.</summary>
    long GetAvailableBytes(string directory);

    /// <summary>The size of the volume of a directory, in bytes.</summary>
    long GetTotalBytes(string directory);
}
