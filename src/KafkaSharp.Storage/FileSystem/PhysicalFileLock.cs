namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// An exclusive lock on a whole file. On Linux it is the POSIX record lock (fcntl) that <c>FileChannel.tryLock</c> of a JVM uses, so it
/// also excludes a genuine broker. POSIX releases such a lock when the process closes any descriptor of the file; therefore a table of
/// locked paths prevents a second open in this process.
/// </summary>
internal sealed class PhysicalFileLock : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Held = new(StringComparer.Ordinal);

    private readonly string _path;
    private FileStream? _stream;

    private PhysicalFileLock(string path, FileStream stream)
    {
        _path = path;
        _stream = stream;
    }

    public static PhysicalFileLock? TryTake(string path)
    {
        path = Path.GetFullPath(path);
        lock (Gate)
        {
            if (!Held.Add(path))
                return null;
            FileStream? taken = null;
            try
            {
                taken = TryTakeFromSystem(path);
                return taken is null ? null : new PhysicalFileLock(path, taken);
            }
            finally
            {
                if (taken is null)
                    Held.Remove(path);
            }
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (_stream is null)
                return;
            _stream.Dispose();
            _stream = null;
            Held.Remove(_path);
        }
    }

    private static FileStream? TryTakeFromSystem(string path)
    {
        var posix = OperatingSystem.IsLinux();
        FileStream stream;
        try
        {
            stream = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, posix ? FileShare.ReadWrite : FileShare.None, bufferSize: 0);
        }
        catch (IOException) when (!posix && File.Exists(path))
        {
            return null;
        }
        if (!OperatingSystem.IsLinux())
            return stream;
        try
        {
            stream.Lock(0, long.MaxValue);
            return stream;
        }
        catch (IOException)
        {
            stream.Dispose();
            return null;
        }
    }
}
