using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>A file system in which every operation on a path fails that begins with <see cref="Broken"/>.</summary>
sealed class FailingFileSystem(IFileSystem inner) : IFileSystem
{
    public string? Broken { get; set; }

    public IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0) => On(path).OpenFile(path, mode, expectedLength);

    public bool FileExists(string path) => On(path).FileExists(path);

    public bool DirectoryExists(string path) => On(path).DirectoryExists(path);

    public long GetLength(string path) => On(path).GetLength(path);

    public long GetLastModified(string path) => On(path).GetLastModified(path);

    public void DeleteFile(string path) => On(path).DeleteFile(path);

    public void Rename(string from, string to) => On(from).Rename(from, to);

    public IReadOnlyList<string> EnumerateFiles(string directory) => On(directory).EnumerateFiles(directory);

    public IReadOnlyList<string> EnumerateDirectories(string directory) => On(directory).EnumerateDirectories(directory);

    public void CreateDirectory(string directory) => On(directory).CreateDirectory(directory);

    public void DeleteDirectory(string directory) => On(directory).DeleteDirectory(directory);

    public void FlushDirectory(string directory) => On(directory).FlushDirectory(directory);

    public IDisposable? TryLock(string path) => On(path).TryLock(path);

    public long GetAvailableBytes(string directory) => On(directory).GetAvailableBytes(directory);

    public long GetTotalBytes(string directory) => On(directory).GetTotalBytes(directory);

    private IFileSystem On(string path) =>
        Broken is { } broken && path.StartsWith(broken, StringComparison.Ordinal) ? throw new IOException($"{path}: input/output error") : inner;
}
