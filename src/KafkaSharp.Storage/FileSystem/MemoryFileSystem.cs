namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// Files in memory, for the test broker and <c>--ephemeral</c>. Borrowed bytes are the chunks themselves. If the files exceed
/// <paramref name="maxBytes"/>, a growing file is moved to <paramref name="spillDirectory"/>; without one, its write fails as on a full
/// disk. Thread-safe.
/// </summary>
/// <param name="time">The clock for <see cref="GetLastModified"/>.</param>
/// <param name="maxBytes">The size limit of all files together, in bytes.</param>
/// <param name="spillTo">The file system of the spill directory.</param>
/// <param name="spillDirectory">The spill directory. The caller deletes it.</param>
public sealed class MemoryFileSystem(
    TimeProvider time, long maxBytes = long.MaxValue, IFileSystem? spillTo = null, string? spillDirectory = null) : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly MemoryBudget _budget = new(maxBytes, spillTo, spillDirectory);
    private readonly MemoryDirectory _root = new();
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);

    /// <summary>The memory used by the files, in bytes.</summary>
    public long UsedBytes => _budget.UsedBytes;

    public IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0)
    {
        lock (_gate)
        {
            var directory = Parent(path);
            var name = Path.GetFileName(path);
            directory.Files.TryGetValue(name, out var content);
            if (mode == StorageFileMode.CreateNew && content is not null)
                throw new IOException($"{path} already exists");
            if (mode == StorageFileMode.Open && content is null)
                throw new FileNotFoundException($"{path} does not exist", path);
            if (content is null)
                directory.Files[name] = content =
                    new MemoryFileContent(_budget) { LastModified = time.GetUtcNow().ToUnixTimeMilliseconds() };
            else if (mode == StorageFileMode.Create)
                content.SetLength(0);
            return new MemoryFile(path, content, time);
        }
    }

    /// <summary>
    /// Adds a file with the content of another one, which is read when it is needed and not copied before it is written here.
    /// </summary>
    /// <param name="path">The path of the new file, in a directory that exists.</param>
    /// <param name="origin">The other file. It must not change as long as this file system is used.</param>
    /// <param name="lastModified">The result of <see cref="GetLastModified"/> until it is written.</param>
    /// <exception cref="IOException">The path exists.</exception>
    public void AddFile(string path, IStorageFile origin, long lastModified)
    {
        ArgumentNullException.ThrowIfNull(origin);
        lock (_gate)
        {
            if (!Parent(path).Files.TryAdd(Path.GetFileName(path), new MemoryFileContent(_budget, origin) { LastModified = lastModified }))
                throw new IOException($"{path} already exists");
        }
    }

    /// <summary>Adds a folder of the disk with what is in it, each file as <see cref="AddFile"/> does.</summary>
    /// <param name="path">The path of the new folder.</param>
    /// <param name="origin">The folder on the disk.</param>
    /// <param name="isIncluded">Gets the path of each file and folder on the disk, and says whether it is added.</param>
    public void AddFolder(string path, string origin, Predicate<string> isIncluded)
    {
        var disk = PhysicalFileSystem.Instance;
        CreateDirectory(path);
        foreach (var file in disk.EnumerateFiles(origin))
        {
            if (isIncluded(file))
                AddFile(Path.Combine(path, Path.GetFileName(file)), disk.OpenToRead(file), disk.GetLastModified(file));
        }
        foreach (var folder in disk.EnumerateDirectories(origin))
        {
            if (isIncluded(folder))
                AddFolder(Path.Combine(path, Path.GetFileName(folder)), folder, isIncluded);
        }
    }

    public bool FileExists(string path)
    {
        lock (_gate)
            return Find(path) is not null;
    }

    public bool DirectoryExists(string path)
    {
        lock (_gate)
            return FindDirectory(path) is not null;
    }

    public long GetLength(string path)
    {
        lock (_gate)
            return (Find(path) ?? throw new FileNotFoundException($"{path} does not exist", path)).Length;
    }

    public long GetLastModified(string path)
    {
        lock (_gate)
            return (Find(path) ?? throw new FileNotFoundException($"{path} does not exist", path)).LastModified;
    }

    public void SetLastModified(string path, long milliseconds)
    {
        lock (_gate)
            (Find(path) ?? throw new FileNotFoundException($"{path} does not exist", path)).LastModified = milliseconds;
    }

    public void DeleteFile(string path)
    {
        lock (_gate)
        {
            if (FindDirectory(Path.GetDirectoryName(path)!) is { } directory
                && directory.Files.Remove(Path.GetFileName(path), out var content))
                content.Discard();
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            var source = Parent(from);
            var target = Parent(to);
            var (name, newName) = (Path.GetFileName(from), Path.GetFileName(to));
            if (source.Directories.TryGetValue(name, out var directory))
            {
                if (!target.Directories.TryAdd(newName, directory))
                    throw new IOException($"{to} already exists");
                source.Directories.Remove(name);
            }
            else if (source.Files.Remove(name, out var content))
            {
                if (target.Files.TryGetValue(newName, out var replaced))
                    replaced.Discard();
                target.Files[newName] = content;
            }
            else
            {
                throw new FileNotFoundException($"{from} does not exist", from);
            }
        }
    }

    public IReadOnlyList<string> EnumerateFiles(string directory)
    {
        lock (_gate)
            return [.. Required(directory).Files.Keys.Select(name => Path.Combine(directory, name))];
    }

    public IReadOnlyList<string> EnumerateDirectories(string directory)
    {
        lock (_gate)
            return [.. Required(directory).Directories.Keys.Select(name => Path.Combine(directory, name))];
    }

    public void CreateDirectory(string directory)
    {
        lock (_gate)
        {
            var at = _root;
            foreach (var part in Parts(directory))
            {
                if (!at.Directories.TryGetValue(part, out var next))
                    at.Directories[part] = next = new MemoryDirectory();
                at = next;
            }
        }
    }

    public void DeleteDirectory(string directory)
    {
        lock (_gate)
        {
            if (FindDirectory(Path.GetDirectoryName(directory)!) is { } parent
                && parent.Directories.Remove(Path.GetFileName(directory), out var deleted))
                deleted.Discard();
        }
    }

    public void FlushDirectory(string directory)
    {
    }

    public IDisposable? TryLock(string path)
    {
        OpenFile(path, StorageFileMode.OpenOrCreate).Dispose();
        lock (_gate)
            return _locked.Add(path) ? new Held(this, path) : null;
    }

    public void CloseIdleFiles() => spillTo?.CloseIdleFiles();

    public long GetAvailableBytes(string directory) => _budget.MaxBytes - _budget.UsedBytes;

    public long GetTotalBytes(string directory) => _budget.MaxBytes;

    private static string[] Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private MemoryFileContent? Find(string path) =>
        FindDirectory(Path.GetDirectoryName(path)!)?.Files.GetValueOrDefault(Path.GetFileName(path));

    private MemoryDirectory? FindDirectory(string path)
    {
        var at = _root;
        foreach (var part in Parts(path))
        {
            if (!at.Directories.TryGetValue(part, out var next))
                return null;
            at = next;
        }
        return at;
    }

    private MemoryDirectory Parent(string path) => Required(Path.GetDirectoryName(path)!);

    private MemoryDirectory Required(string directory) =>
        FindDirectory(directory) ?? throw new DirectoryNotFoundException($"{directory} does not exist");

    private sealed class Held(MemoryFileSystem owner, string path) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
                return;
            lock (owner._gate)
                owner._locked.Remove(path);
        }
    }
}
