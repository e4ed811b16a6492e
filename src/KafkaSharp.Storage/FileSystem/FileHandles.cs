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
/// too. A file of which something is lent is not closed: it would be opened again, and then have two handles.
/// </remarks>
/// <param name="limit">The most handles.</param>
/// <param name="mostCopiedBytes">How many bytes the copies of short pieces may hold together before short pieces are lent too.</param>
internal sealed class FileHandles(int limit, long mostCopiedBytes = FileHandles.MostCopiedBytes)
{
    // More than responses hold whose clients read them. A client that has stopped reading keeps its copies, 30 KB of each partition.
    private const long MostCopiedBytes = 16L << 20;

    // Linux allows 65,530 mappings to a process, of which files with a handle have a third.
    private const int MostPages = 16_384;

    private const int TooManyInProcess = 24;
    private const int TooManyInSystem = 23;

    private const int MostBusyFiles = 16;

    // A log directory whose file cannot be opened is taken out of service: not because many threads open files at the same moment.
    private const int MostAttempts = 100;

    // A lease or a connection that ends frees a handle too, and does not notify.
    private static readonly TimeSpan s_awaitClosed = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly object _closed = new();
    private readonly List<PhysicalFile> _ring = [];
    private int _hand;
    private int _closing;
    private int _retired;
    private int _lent;
    private int _pages;
    private long _copied;

    /// <summary>The handles of this process.</summary>
    public static FileHandles OfProcess { get; } = new(DescriptorBudget.OfProcess.Files);

    /// <summary>The number of open handles, with those that only a lease keeps open and those that are being closed.</summary>
    public int Count => OpenFiles + Volatile.Read(ref _closing) + Volatile.Read(ref _retired);

    /// <summary>
    /// Whether the handle of another file may be lent. Otherwise only its pages are, so that slow consumers do not take all handles.
    /// </summary>
    public bool CanLend => Volatile.Read(ref _lent) < limit / 2;

    /// <summary>Whether another file may be mapped only for what is lent of it.</summary>
    public bool CanLendPages => Volatile.Read(ref _pages) < MostPages;

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
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return operation(argument);
            }
            catch (IOException e) when (e.HResult is TooManyInProcess or TooManyInSystem && attempt < MostAttempts)
            {
                // Other threads take what one has closed, and what they close becomes free a moment later.
                if (!CloseSome())
                    AwaitClosed();
            }
            catch (Exception e) when (DiskErrors.NeedsMapping(e))
            {
                throw DiskErrors.Map(e);
            }
        }
    }

    /// <inheritdoc cref="Run{T, TArgument}"/>
    public void Run<TArgument>(Action<TArgument> operation, TArgument argument) => Run(
        static call =>
        {
            call.operation(call.argument);
            return true;
        }, (operation, argument));

    /// <summary>Closes files so that another one may be opened.</summary>
    public void MakeRoom() => Close(() => Count >= limit);

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
    /// Closes the handles that were not used since the last call, except those that are lent and those of files with writes that are not
    /// flushed.
    /// </summary>
    public void CloseIdle()
    {
        PhysicalFile[] files;
        lock (_gate)
            files = [.. _ring];
        foreach (var file in files)
        {
            if (!file.TakeChance() && !file.HasUnflushedWrites && !file.IsLent && Remove(file))
                TryClose(file);
        }
    }

    /// <summary>A mapping is no longer used by its file, but perhaps by leases: it counts until <see cref="Unmapped"/>.</summary>
    public void Retired() => Interlocked.Increment(ref _retired);

    public void Unmapped() => Interlocked.Decrement(ref _retired);

    /// <summary>The first lease of a mapping with a handle begins, unless as many as may be lent have one.</summary>
    public bool TryLend()
    {
        if (Interlocked.Increment(ref _lent) <= limit / 2)
            return true;
        Interlocked.Decrement(ref _lent);
        return false;
    }

    /// <summary>The last lease of a mapping with a handle has ended.</summary>
    public void Returned() => Interlocked.Decrement(ref _lent);

    /// <summary>A file was mapped only for what is lent of it: one more, or minus one when that has ended.</summary>
    public void PagesLent(int mappings) => Interlocked.Add(ref _pages, mappings);

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
        Interlocked.Increment(ref _closing);
        var isClosed = file.TryCloseHandle();
        Interlocked.Decrement(ref _closing);
        if (isClosed)
        {
            lock (_closed)
                Monitor.PulseAll(_closed);
            return true;
        }
        Insert(file);
        // It may have been disposed of while it was not there.
        if (file.IsDisposed)
            Remove(file);
        return false;
    }

    private void AwaitClosed()
    {
        lock (_closed)
            Monitor.Wait(_closed, s_awaitClosed);
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
                if (file.IsLent || file.TakeChance())
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
