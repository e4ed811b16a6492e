using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.FileSystem;

/// <summary>
/// Files in memory that remember what a disk would have, with what POSIX permits: of each file what was flushed, and any of the sectors
/// written since; of each directory the names at its last flush, and any of the changes since. A call can be made to fail. Used by one
/// thread.
/// </summary>
internal sealed class SimulatedFileSystem : IFileSystem
{
    private readonly SimulatedFolder _root;
    private readonly Random _random;
    private bool _isOff;
    private DiskFault? _armed;
    private long _armedAt;
    private int _further;

    public SimulatedFileSystem()
        : this(new SimulatedFolder(), new Random(1))
    {
    }

    public SimulatedFileSystem(Random random)
        : this(new SimulatedFolder(), random)
    {
    }

    private SimulatedFileSystem(SimulatedFolder root, Random random) => (_root, _random) = (root, random);

    /// <summary>The number of calls that can fail, so far.</summary>
    public long Calls { get; private set; }

    /// <summary>Gets each call, to look at one history; used by one thread then.</summary>
    public static Action<FileOperation, string>? Traced { get; set; }

    /// <summary>The calls that have failed, for the trace of a history.</summary>
    public List<string> Hits { get; } = [];

    /// <summary>Whether a call has failed with more than no space for what it was to write.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether a flush has failed: what is read may not be what is on disk.</summary>
    public bool HasLostSectors { get; private set; }

    /// <summary>Whether the power is off.</summary>
    public bool IsOff => _isOff;

    /// <summary>
    /// From now on the first call that can, after a number of others, meets a fault, and so do <paramref name="further"/> calls that write
    /// or create something after it.
    /// </summary>
    public void Arm(DiskFault fault, long afterCalls, int further = 0) =>
        (_armed, _armedAt, _further) = (fault, Calls + afterCalls, further);

    public void Disarm() => _armed = null;

    /// <summary>Ends this file system, and gives the one that a machine could find after a power failure.</summary>
    public SimulatedFileSystem LosePower(Random random)
    {
        _isOff = true;
        return new SimulatedFileSystem(_root.AfterPowerFailure(random), random);
    }

    /// <summary>Ends this file system with the process that uses it; the next process finds what was written.</summary>
    public SimulatedFileSystem Kill()
    {
        _isOff = true;
        return new SimulatedFileSystem(_root, _random);
    }

    public IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0)
    {
        Meet(FileOperation.Open, path);
        var folder = Parent(path);
        var name = Path.GetFileName(path);
        var content = folder.Now.GetValueOrDefault(name) as SimulatedContent;
        if (mode == StorageFileMode.CreateNew && content is not null)
            throw new IOException($"{path} already exists");
        if (mode == StorageFileMode.Open && content is null)
            throw new FileNotFoundException($"{path} does not exist", path);
        if (content is null)
            folder.Set(name, content = new SimulatedContent());
        else if (mode == StorageFileMode.Create)
            content.SetLength(0);
        return new SimulatedFile(this, path, content);
    }

    public bool FileExists(string path) => Find(path) is SimulatedContent;

    public bool DirectoryExists(string path) => Find(path) is SimulatedFolder;

    public long GetLength(string path) =>
        (Find(path) as SimulatedContent ?? throw new FileNotFoundException($"{path} does not exist", path)).Now.Length;

    public long GetLastModified(string path) =>
        Find(path) is SimulatedContent ? 0 : throw new FileNotFoundException($"{path} does not exist", path);

    public void SetLastModified(string path, long milliseconds)
    {
    }

    public void DeleteFile(string path)
    {
        Meet(FileOperation.Delete, path);
        if (Find(path) is SimulatedContent)
            Parent(path).Set(Path.GetFileName(path), null);
    }

    public void Rename(string from, string to)
    {
        Meet(FileOperation.Rename, from);
        var moved = Find(from) ?? throw new FileNotFoundException($"{from} does not exist", from);
        var (source, target) = (Parent(from), Parent(to));
        if (!ReferenceEquals(source, target))
            throw new NotSupportedException("A name moves only within its directory");
        source.Rename(Path.GetFileName(from), Path.GetFileName(to), moved);
    }

    public IReadOnlyList<string> EnumerateFiles(string directory)
    {
        Meet(FileOperation.Read, directory);
        return [.. Names<SimulatedContent>(directory)];
    }

    public IReadOnlyList<string> EnumerateDirectories(string directory)
    {
        Meet(FileOperation.Read, directory);
        return [.. Names<SimulatedFolder>(directory)];
    }

    public void CreateDirectory(string directory)
    {
        Meet(FileOperation.Directory, directory);
        var at = _root;
        foreach (var part in Parts(directory))
        {
            if (at.Now.GetValueOrDefault(part) is not SimulatedFolder next)
                at.Set(part, next = new SimulatedFolder());
            at = next;
        }
    }

    public void DeleteDirectory(string directory)
    {
        // Its files are deleted one after another.
        foreach (var path in Find(directory) is SimulatedFolder ? Names<SimulatedContent>(directory).ToArray() : [])
            DeleteFile(path);
        Meet(FileOperation.Directory, directory);
        if (Find(directory) is SimulatedFolder)
            Parent(directory).Set(Path.GetFileName(directory), null);
    }

    public void FlushDirectory(string directory)
    {
        Meet(FileOperation.Flush, directory);
        Required(directory).Flush();
    }

    public IDisposable? TryLock(string path) => new MemoryStream();

    public void CloseIdleFiles()
    {
    }

    public long GetAvailableBytes(string directory) => long.MaxValue;

    public long GetTotalBytes(string directory) => long.MaxValue;

    /// <summary>Meets the armed fault if the call is due and can have it.</summary>
    internal void Meet(FileOperation operation, string path, Action<DiskFault>? before = null)
    {
        if (_isOff)
            throw new PowerCutException();
        Traced?.Invoke(operation, path);
        if (Calls++ < _armedAt || _armed is not { } fault || !CanMeet(fault, operation) || (_further > 0 && !NeedsSpace(operation, path)))
            return;
        if (--_further <= 0)
            _armed = null;
        Hits.Add($"{fault} at {operation} {path}");
        IsBroken |= fault != DiskFault.NoSpace || operation == FileOperation.Flush;
        before?.Invoke(fault);
        if (fault == DiskFault.PowerCut)
        {
            _isOff = true;
            throw new PowerCutException();
        }
        throw new IOException($"{fault} at {operation} {path}", ErrorNumber(fault));
    }

    private static bool CanMeet(DiskFault fault, FileOperation operation) => fault switch
    {
        DiskFault.NoSpace => operation is FileOperation.Write or FileOperation.SetLength or FileOperation.Open or FileOperation.Rename
            or FileOperation.Directory or FileOperation.Flush,
        DiskFault.ReadOnly => operation is not FileOperation.Read,
        DiskFault.TooManyFiles => operation is FileOperation.Open or FileOperation.Read,
        _ => true,
    };

    private bool NeedsSpace(FileOperation operation, string path) => operation is FileOperation.Write
        || (operation == FileOperation.Open && Find(path) is null)
        || (operation == FileOperation.Directory && Find(path) is null);

    private static int ErrorNumber(DiskFault fault) => fault switch
    {
        DiskFault.NoSpace => 28,
        DiskFault.ReadOnly => 30,
        DiskFault.TooManyFiles => 24,
        _ => 5,
    };

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private IEnumerable<string> Names<T>(string directory) => Required(directory).Now.Where(entry => entry.Value is T)
        .Select(entry => Path.Combine(directory, entry.Key));

    private object? Find(string path)
    {
        object? at = _root;
        foreach (var part in Parts(path))
            at = (at as SimulatedFolder)?.Now.GetValueOrDefault(part);
        return at;
    }

    private SimulatedFolder Parent(string path) => Required(Path.GetDirectoryName(path)!);

    private SimulatedFolder Required(string directory) =>
        Find(directory) as SimulatedFolder ?? throw new DirectoryNotFoundException($"{directory} does not exist");

    private sealed class SimulatedFile(SimulatedFileSystem owner, string path, SimulatedContent content) : IStorageFile
    {
        public string Path { get; set; } = path;

        // A write that has failed may leave bytes after the end, which the next process finds.
        public long Length { get; private set; } = content.Now.Length;

        public int Read(long offset, Span<byte> destination)
        {
            owner.Meet(FileOperation.Read, Path);
            var count = (int)Math.Clamp(Length - offset, 0, destination.Length);
            content.Now.AsSpan((int)Math.Min(offset, content.Now.Length), count).CopyTo(destination);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            var bytes = source.ToArray();
            owner.Meet(FileOperation.Write, Path, _ => content.Write(offset, bytes.AsSpan(0, owner._random.Next(bytes.Length + 1))));
            content.Write(offset, source);
            Length = Math.Max(Length, offset + source.Length);
        }

        public void SetLength(long length)
        {
            owner.Meet(FileOperation.SetLength, Path, _ =>
            {
                if (owner._random.Next(2) == 0)
                    content.SetLength(length);
                // A smaller length is published first.
                Length = Math.Min(Length, length);
            });
            content.SetLength(length);
            Length = length;
        }

        public void Flush()
        {
            owner.Meet(FileOperation.Flush, Path, fault =>
            {
                if (fault == DiskFault.PowerCut)
                    return;
                content.FailFlush(owner._random);
                owner.HasLostSectors = true;
            });
            content.Flush();
        }

        public BorrowedBytes Borrow(long offset, int length)
        {
            var bytes = new byte[Math.Clamp(Length - offset, 0, length)];
            Read(offset, bytes);
            return new BorrowedBytes(bytes, null);
        }

        public void Dispose()
        {
        }
    }
}
