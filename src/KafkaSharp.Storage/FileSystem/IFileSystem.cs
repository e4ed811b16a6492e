namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// The one seam between storage and disks: everything that a log directory needs and nothing else. Paths are absolute. Safe for use from
/// several threads. Failures are <see cref="IOException"/>s; a file that should be there and is not is a <see cref="FileNotFoundException"/>.
/// </summary>
public interface IFileSystem
{
    /// <summary>
    /// Opens a file for reading and writing. <paramref name="expectedLength"/> is a hint how long it may become: a mapping is made that large at once.
    /// </summary>
    IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0);

    bool FileExists(string path);

    bool DirectoryExists(string path);

    /// <summary>Bytes of a file that need not be open.</summary>
    long GetLength(string path);

    /// <summary>When the file was last written, in milliseconds since 1970.</summary>
    long GetLastModified(string path);

    /// <summary>Deletes a file; one that is not there is as good as deleted. Bytes borrowed from it stay readable.</summary>
    void DeleteFile(string path);

    /// <summary>Renames a file or a folder in one step; a file at <paramref name="to"/> is replaced. Open files stay open (<see cref="IStorageFile.Path"/>).</summary>
    void Rename(string from, string to);

    /// <summary>The full paths of the files of a folder, in no order.</summary>
    IReadOnlyList<string> EnumerateFiles(string directory);

    /// <summary>The full paths of the folders of a folder, in no order.</summary>
    IReadOnlyList<string> EnumerateDirectories(string directory);

    /// <summary>Creates a folder and those above it that are missing.</summary>
    void CreateDirectory(string directory);

    /// <summary>Deletes a folder with all it holds; one that is not there is as good as deleted.</summary>
    void DeleteDirectory(string directory);

    /// <summary>Makes the names in a folder durable (fsync of the folder): creations, renames and deletions before it survive a power cut.</summary>
    void FlushDirectory(string directory);

    /// <summary>
    /// Locks a file, creating it, against other processes (also a JVM: the lock is the one <c>FileChannel.tryLock</c> takes) and against a second
    /// lock in this process. Null where it is held already; disposing gives it back.
    /// </summary>
    IDisposable? TryLock(string path);

    /// <summary>Bytes that can still be written to the volume of a folder.</summary>
    long GetAvailableBytes(string directory);

    /// <summary>Bytes of the volume of a folder.</summary>
    long GetTotalBytes(string directory);
}
