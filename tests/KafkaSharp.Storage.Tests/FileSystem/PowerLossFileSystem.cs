using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.FileSystem;

/// <summary>
/// Files in memory that remember what a disk would have. <see cref="LosePower"/> gives the file system that a machine could find after a
/// power failure: of each file what was flushed, and any of the sectors written since; of each directory the names at its last flush, and
/// the first of the changes since, in their order, as journals keep them. Used by one thread.
/// </summary>
internal sealed class PowerLossFileSystem : IFileSystem
{
    private const int SectorBytes = 512;

    private readonly Folder _root;
    private bool _isOff;

    public PowerLossFileSystem()
        : this(new Folder())
    {
    }

    private PowerLossFileSystem(Folder root) => _root = root;

    /// <summary>Ends this file system: its files can no longer be used.</summary>
    public PowerLossFileSystem LosePower(Random random)
    {
        _isOff = true;
        return new PowerLossFileSystem(_root.AfterPowerFailure(random));
    }

    public IStorageFile OpenFile(string path, StorageFileMode mode, long expectedLength = 0)
    {
        var folder = Parent(path);
        var name = Path.GetFileName(path);
        var content = folder.Now.GetValueOrDefault(name) as Content;
        if (mode == StorageFileMode.CreateNew && content is not null)
            throw new IOException($"{path} already exists");
        if (mode == StorageFileMode.Open && content is null)
            throw new FileNotFoundException($"{path} does not exist", path);
        if (content is null)
            folder.Set(name, content = new Content());
        else if (mode == StorageFileMode.Create)
            content.SetLength(0);
        return new OpenedFile(this, path, content);
    }

    public bool FileExists(string path) => Find(path) is Content;

    public bool DirectoryExists(string path) => Find(path) is Folder;

    public long GetLength(string path) =>
        (Find(path) as Content ?? throw new FileNotFoundException($"{path} does not exist", path)).Now.Length;

    public long GetLastModified(string path) =>
        Find(path) is Content ? 0 : throw new FileNotFoundException($"{path} does not exist", path);

    public void SetLastModified(string path, long milliseconds)
    {
    }

    public void DeleteFile(string path)
    {
        if (Find(path) is Content)
            Parent(path).Set(Path.GetFileName(path), null);
    }

    public void Rename(string from, string to)
    {
        var moved = Find(from) ?? throw new FileNotFoundException($"{from} does not exist", from);
        var (source, target) = (Parent(from), Parent(to));
        if (!ReferenceEquals(source, target))
            throw new NotSupportedException("A name moves only within its directory");
        source.Rename(Path.GetFileName(from), Path.GetFileName(to), moved);
    }

    public IReadOnlyList<string> EnumerateFiles(string directory) =>
        [.. Required(directory).Now.Where(entry => entry.Value is Content).Select(entry => Path.Combine(directory, entry.Key))];

    public IReadOnlyList<string> EnumerateDirectories(string directory) =>
        [.. Required(directory).Now.Where(entry => entry.Value is Folder).Select(entry => Path.Combine(directory, entry.Key))];

    public void CreateDirectory(string directory)
    {
        var at = _root;
        foreach (var part in Parts(directory))
        {
            if (at.Now.GetValueOrDefault(part) is not Folder next)
                at.Set(part, next = new Folder());
            at = next;
        }
    }

    public void DeleteDirectory(string directory)
    {
        if (Find(directory) is Folder)
            Parent(directory).Set(Path.GetFileName(directory), null);
    }

    public void FlushDirectory(string directory) => Required(directory).Flush();

    public IDisposable? TryLock(string path) => new MemoryStream();

    public void CloseIdleFiles()
    {
    }

    public long GetAvailableBytes(string directory) => long.MaxValue;

    public long GetTotalBytes(string directory) => long.MaxValue;

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private object? Find(string path)
    {
        object? at = _root;
        foreach (var part in Parts(path))
            at = (at as Folder)?.Now.GetValueOrDefault(part);
        return at;
    }

    private Folder Parent(string path) => Required(Path.GetDirectoryName(path)!);

    private Folder Required(string directory) =>
        Find(directory) as Folder ?? throw new DirectoryNotFoundException($"{directory} does not exist");

    /// <summary>A directory: its names now, those on disk, and the changes between them.</summary>
    private sealed class Folder
    {
        private readonly List<Action<Dictionary<string, object>>> _changes = [];
        private Dictionary<string, object> _onDisk = new(StringComparer.Ordinal);

        public Dictionary<string, object> Now { get; } = new(StringComparer.Ordinal);

        public void Set(string name, object? value) => Change(names =>
        {
            if (value is null)
                names.Remove(name);
            else
                names[name] = value;
        });

        public void Rename(string from, string to, object moved) => Change(names =>
        {
            names.Remove(from);
            names[to] = moved;
        });

        public void Flush()
        {
            _changes.Clear();
            _onDisk = new Dictionary<string, object>(Now, StringComparer.Ordinal);
        }

        public Folder AfterPowerFailure(Random random)
        {
            foreach (var change in _changes.Take(random.Next(_changes.Count + 1)))
                change(_onDisk);
            var found = new Folder();
            foreach (var (name, value) in _onDisk)
                found.Now[name] = value is Folder folder ? folder.AfterPowerFailure(random) : ((Content)value).AfterPowerFailure(random);
            found.Flush();
            return found;
        }

        private void Change(Action<Dictionary<string, object>> change)
        {
            change(Now);
            _changes.Add(change);
        }
    }

    /// <summary>The bytes of a file: those that are read now, and those on disk.</summary>
    private sealed class Content
    {
        private byte[] _onDisk = [];

        public byte[] Now { get; private set; } = [];

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            if (offset + source.Length > Now.Length)
                SetLength(offset + source.Length);
            source.CopyTo(Now.AsSpan((int)offset));
        }

        public void SetLength(long length)
        {
            var now = new byte[length];
            Now.AsSpan(0, (int)Math.Min(length, Now.Length)).CopyTo(now);
            Now = now;
        }

        public void Flush() => _onDisk = [.. Now];

        public Content AfterPowerFailure(Random random)
        {
            var found = new Content();
            var sectors = random.Next(Math.Max(Now.Length, _onDisk.Length) / SectorBytes + 2);
            found.SetLength(Math.Clamp(sectors * SectorBytes, Math.Min(Now.Length, _onDisk.Length), Math.Max(Now.Length, _onDisk.Length)));
            var keepsAll = random.Next(2) == 0;
            for (var start = 0; start < found.Now.Length; start += SectorBytes)
            {
                var source = keepsAll || random.Next(2) == 0 ? Now : _onDisk;
                var end = Math.Min(Math.Min(start + SectorBytes, source.Length), found.Now.Length);
                if (start < end)
                    source.AsSpan(start..end).CopyTo(found.Now.AsSpan(start));
            }
            found.Flush();
            return found;
        }
    }

    private sealed class OpenedFile(PowerLossFileSystem owner, string path, Content content) : IStorageFile
    {
        public string Path { get; set; } = path;

        public long Length => content.Now.Length;

        public int Read(long offset, Span<byte> destination)
        {
            var count = (int)Math.Clamp(content.Now.Length - offset, 0, destination.Length);
            content.Now.AsSpan((int)Math.Min(offset, content.Now.Length), count).CopyTo(destination);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            CheckPower();
            content.Write(offset, source);
        }

        public void SetLength(long length)
        {
            CheckPower();
            content.SetLength(length);
        }

        public void Flush()
        {
            CheckPower();
            content.Flush();
        }

        public BorrowedBytes Borrow(long offset, int length)
        {
            var bytes = new byte[Math.Clamp(content.Now.Length - offset, 0, length)];
            Read(offset, bytes);
            return new BorrowedBytes(bytes, null);
        }

        public void Dispose()
        {
        }

        private void CheckPower() => ObjectDisposedException.ThrowIf(owner._isOff, owner);
    }
}
