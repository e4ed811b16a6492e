namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// The file system of the operating system. Open files have a handle of the system only while they are used (<see cref="FileHandles"/>).
/// </summary>
public sealed class PhysicalFileSystem : IFileSystem
{
    private readonly FileHandles _handles;

    public PhysicalFileSystem()
        : this(FileHandles.OfProcess)
    {
    }

    /// <summary>A file system with a limit of its own, for tests.</summary>
    internal PhysicalFileSystem(FileHandles handles) => _handles = handles;

    public static PhysicalFileSystem Instance { get; } = new();

    public IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0)
    {
        var fileMode = mode switch
        {
            StorageFileMode.Open => FileMode.Open,
            StorageFileMode.OpenOrCreate => FileMode.OpenOrCreate,
            StorageFileMode.CreateNew => FileMode.CreateNew,
            StorageFileMode.Create => FileMode.Create,
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        };
        return Run(() => Open(path, fileMode, expectedLength));
    }

    /// <summary>Opens a file that exists for reading alone: writes fail. It needs no permission to write.</summary>
    public IStorageFile OpenToRead(string path) =>
        new PhysicalFile(_handles, path, GetLength(path), expectedLength: 0, FileAccess.Read);

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public long GetLength(string path) => Run(() => new FileInfo(path).Length);

    public long GetLastModified(string path) => Run(() => new FileInfo(path) is { Exists: true } file
        // .NET gives a time in 1601 for a missing file, which is older than every retention.ms.
        ? new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds()
        : throw new FileNotFoundException($"{path} does not exist", path));

    public void SetLastModified(string path, long milliseconds) =>
        Run(() => File.SetLastWriteTimeUtc(path, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime));

    public void DeleteFile(string path)
    {
        try
        {
            Run(() => File.Delete(path));
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    public void Rename(string from, string to)
    {
        if (Directory.Exists(from))
            Run(() => Directory.Move(from, to));
        else
            Run(() => File.Move(from, to, overwrite: true));
    }

    public IReadOnlyList<string> EnumerateFiles(string directory) => Run(() => Directory.GetFiles(directory));

    public IReadOnlyList<string> EnumerateDirectories(string directory) => Run(() => Directory.GetDirectories(directory));

    public void CreateDirectory(string directory) => Run(() => Directory.CreateDirectory(directory));

    public void DeleteDirectory(string directory)
    {
        try
        {
            Run(() => Directory.Delete(directory, recursive: true));
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    public void FlushDirectory(string directory)
    {
        // Windows has no such operation. Its file systems make names durable, and Kafka omits it there too.
        if (!OperatingSystem.IsWindows())
            Run(() => DiskErrors.FlushDirectory(directory, () => Posix.FlushDirectory(directory)));
    }

    public IDisposable? TryLock(string path) => Run(() => PhysicalFileLock.TryTake(path));

    public void CloseIdleFiles() => _handles.CloseIdle();

    public long GetAvailableBytes(string directory) => Run(() => new DriveInfo(directory).AvailableFreeSpace);

    public long GetTotalBytes(string directory) => Run(() => new DriveInfo(directory).TotalSize);

    /// <summary>A file that exists is opened when it is used. Until then, its length is enough.</summary>
    private PhysicalFile Open(string path, FileMode mode, long expectedLength)
    {
        if (mode is FileMode.Open or FileMode.OpenOrCreate && new FileInfo(path) is { Exists: true } existing)
            return new PhysicalFile(_handles, path, existing.Length, expectedLength);
        return new PhysicalFile(_handles, path, _handles.Open(path, mode), expectedLength);
    }

    private T Run<T>(Func<T> operation) => _handles.Run(static operation => operation(), operation);

    private void Run(Action operation) => _handles.Run(static operation => operation(), operation);
}
