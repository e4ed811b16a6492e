using Microsoft.Win32.SafeHandles;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>The file system of the operating system.</summary>
public sealed class PhysicalFileSystem : IFileSystem
{
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
        // With full sharing .NET takes no lock, so tools can read the log of a running broker.
        SafeFileHandle handle = Run(
            () => File.OpenHandle(path, fileMode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        try
        {
            return new PhysicalFile(path, handle, expectedLength);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public long GetLength(string path) => Run(() => new FileInfo(path).Length);

    public long GetLastModified(string path) =>
        Run(() => new DateTimeOffset(File.GetLastWriteTimeUtc(path)).ToUnixTimeMilliseconds());

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
            Posix.FlushDirectory(directory);
    }

    public IDisposable? TryLock(string path) => PhysicalFileLock.TryTake(path);

    public long GetAvailableBytes(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    public long GetTotalBytes(string directory) => new DriveInfo(directory).TotalSize;

    // .NET throws an UnauthorizedAccessException, which is no IOException, for EACCES and EPERM and for a folder in the place of a file.
    private static T Run<T>(Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static void Run(Action operation) => Run(() =>
    {
        operation();
        return true;
    });
}
