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
        SafeFileHandle handle = DiskErrors.Run(
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

    public long GetLength(string path) => DiskErrors.Run(() => new FileInfo(path).Length);

    public long GetLastModified(string path) =>
        DiskErrors.Run(() => new DateTimeOffset(File.GetLastWriteTimeUtc(path)).ToUnixTimeMilliseconds());

    public void DeleteFile(string path)
    {
        try
        {
            DiskErrors.Run(() => File.Delete(path));
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    public void Rename(string from, string to)
    {
        if (Directory.Exists(from))
            DiskErrors.Run(() => Directory.Move(from, to));
        else
            DiskErrors.Run(() => File.Move(from, to, overwrite: true));
    }

    public IReadOnlyList<string> EnumerateFiles(string directory) => DiskErrors.Run(() => Directory.GetFiles(directory));

    public IReadOnlyList<string> EnumerateDirectories(string directory) => DiskErrors.Run(() => Directory.GetDirectories(directory));

    public void CreateDirectory(string directory) => DiskErrors.Run(() => Directory.CreateDirectory(directory));

    public void DeleteDirectory(string directory)
    {
        try
        {
            DiskErrors.Run(() => Directory.Delete(directory, recursive: true));
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

    public IDisposable? TryLock(string path) => DiskErrors.Run(() => PhysicalFileLock.TryTake(path));

    public long GetAvailableBytes(string directory) => DiskErrors.Run(() => new DriveInfo(directory).AvailableFreeSpace);

    public long GetTotalBytes(string directory) => DiskErrors.Run(() => new DriveInfo(directory).TotalSize);
}
