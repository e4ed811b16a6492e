using Microsoft.Win32.SafeHandles;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// The open handles of the files of a <see cref="PhysicalFileSystem"/>, of which there are at most <paramref name="limit"/>. A file opens
/// its handle when it is used. Beyond the limit, handles of files that were not used lately are closed, those of files that were only read
/// before those of files that were written; they are opened again on their next use. Thread-safe.
/// </summary>
/// <remarks>
/// The files are on a ring, and a hand goes round: it takes a chance from a file that has one, and closes a file that has none (the clock
/// algorithm). So the use of an open file costs no more than reading one field. A mapping that is lent keeps its handle open and counts
/// too.
/// </remarks>
/// <param name="limit">The most handles.</param>
/// <param name="mostCopiedBytes">How many bytes the copies of short pieces may hold together before short pieces are lent too.</param>
internal sealed class FileHandles(int limit, long mostCopiedBytes = FileHandles.MostCopiedBytes)
{
    // More than responses hold whose clients read them. A client that has stopped reading keeps its copies, 30 KB of each partition.
    private const long MostCopiedBytes = 16L << 20;

    private const int TooManyInProcess = 24;
    private const int TooManyInSystem = 23;

    private const int MostBusyFiles = 16;

    private readonly Lock _gate = new();
    private readonly List<PhysicalFile> _ring = [];
    private int _hand;
    private int _lent;
    private long _copied;

    /// <summary>The handles of this process.</summary>
    public static FileHandles OfProcess { get; } = new(DescriptorBudget.OfProcess.Files);

    /// <summary>The number of open handles, with those that only a lease keeps open.</summary>
    public int Count => OpenFiles + Volatile.Read(ref _lent);

    /// <summary>
    /// Whether bytes may be lent with their handle. Otherwise they are copied, so that slow consumers do not take all handles.
    /// </summary>
    public bool CanLend => Volatile.Read(ref _lent) < limit / 2;

    /// <summary>Whether short pieces are copied, which costs less than to lend them: not while many copies are kept.</summary>
    public bool CanCopy => Volatile.Read(ref _copied) < mostCopiedBytes;

    private int OpenFiles
    {
        get
        {
            lock (_gate)
                return _ring.Count;
        }
    }

    /// <summary>Opens a file. If the system has no handle left, some are closed first.</summary>
    public SafeFileHandle Open(string path, FileMode mode, FileAccess access = FileAccess.ReadWrite) => Run(
        // With full sharing .NET takes no lock, so tools can read the log of a running broker.
        static file => File.OpenHandle(file.path, file.mode, file.access, FileShare.ReadWrite | FileShare.Delete), (path, mode, access));

    /// <summary>Runs an operation that needs a handle for a moment. If the system has none left, some are closed first.</summary>
    /// <exception cref="IOException">It failed, or its access is denied.</exception>
    public T Run<T, TArgument>(Func<TArgument, T> operation, TArgument argument)
    {
        try
        {
            return operation(argument);
        }
        catch (IOException e) when (e.HResult is TooManyInProcess or TooManyInSystem && CloseSome())
        {
            return operation(argument);
        }
        catch (Exception e) when (DiskErrors.NeedsMapping(e))
        {
            throw DiskErrors.Map(e);
        }
    }

    /// <inheritdoc cref="Run{T, TArgument}"/>
    public void Run<TArgument>(Action<TArgument> operation, TArgument argument) => Run(
        static call =>
        {
            call.operation(call.argument);
            return true;
        }, (operation, argument));

    /// <summary>Adds a file that has just opened its handle, and closes others if there are too many.</summary>
    public void Add(PhysicalFile file)
    {
        Insert(file);
        Close(() => Count > limit);
    }

    /// <summary>Removes a file, to close its handle or after it was closed; false when it was not there.</summary>
    public bool Remove(PhysicalFile file)
    {
        lock (_gate)
        {
            if (file.Slot < 0)
                return false;
            RemoveAt(file.Slot);
            return true;
        }
    }

    /// <summary>
    /// Closes the handles that were not used since the last call, except those of files with writes that are not flushed.
    /// </summary>
    public void CloseIdle()
    {
        PhysicalFile[] files;
        lock (_gate)
            files = [.. _ring];
        foreach (var file in files)
        {
            if (!file.TakeChance() && !file.HasUnflushedWrites && Remove(file))
                TryClose(file);
        }
    }

    /// <summary>A mapping is no longer used by its file, but perhaps by leases: it counts until <see cref="Returned"/>.</summary>
    public void Lent() => Interlocked.Increment(ref _lent);

    public void Returned() => Interlocked.Decrement(ref _lent);

    /// <summary>Bytes were copied for a borrower, who returns them: then the number is negative.</summary>
    public void Copied(long bytes) => Interlocked.Add(ref _copied, bytes);

    private bool CloseSome()
    {
        var remaining = Math.Max(1, OpenFiles / 4);
        return Close(() => remaining-- > 0);
    }

    private bool Close(Func<bool> isWanted)
    {
        var busy = 0;
        var closed = false;
        while (busy < MostBusyFiles && isWanted() && TakeVictim() is { } victim)
        {
            if (TryClose(victim))
                closed = true;
            else
                busy++;
        }
        return closed;
    }

    /// <summary>
    /// Closes the handle of a file that was removed before: a file that is opened again at the same time adds itself. If the file is busy
    /// it is added again, and false is returned.
    /// </summary>
    private bool TryClose(PhysicalFile file)
    {
        if (file.TryCloseHandle())
            return true;
        Insert(file);
        // It may have been disposed of while it was not there.
        if (file.IsDisposed)
            Remove(file);
        return false;
    }

    private void Insert(PhysicalFile file)
    {
        lock (_gate)
        {
            if (file.Slot >= 0)
                return;
            file.Slot = _ring.Count;
            _ring.Add(file);
        }
    }

    private PhysicalFile? TakeVictim()
    {
        lock (_gate)
        {
            for (var steps = (long)_ring.Count * (PhysicalFile.MostChances + 1); steps > 0; steps--)
            {
                if (_hand >= _ring.Count)
                    _hand = 0;
                var file = _ring[_hand];
                if (file.TakeChance())
                {
                    _hand++;
                    continue;
                }
                RemoveAt(_hand);
                return file;
            }
            return null;
        }
    }

    private void RemoveAt(int slot)
    {
        var last = _ring[^1];
        _ring[slot].Slot = -1;
        _ring.RemoveAt(_ring.Count - 1);
        if (slot < _ring.Count)
        {
            _ring[slot] = last;
            last.Slot = slot;
        }
    }
}
