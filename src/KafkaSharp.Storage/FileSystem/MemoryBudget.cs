namespace KafkaSharp.Storage.FileSystem;

/// <summary>The memory limit for all files of a <see cref="MemoryFileSystem"/>, and the directory to which files spill beyond it.</summary>
internal sealed class MemoryBudget(long maxBytes, IFileSystem? spillTo, string? spillDirectory)
{
    // ENOSPC as the runtime reports it: the errno on Unix, ERROR_DISK_FULL on Windows.
    private const int NoSpaceOnUnix = 28;
    private const int NoSpaceOnWindows = unchecked((int)0x80070070);

    private long _used;
    private int _spillFiles;

    public long MaxBytes => maxBytes;

    public long UsedBytes => Volatile.Read(ref _used);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= maxBytes)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);

    /// <exception cref="IOException">No spill directory is configured, so there is no space left.</exception>
    public IStorageFile OpenSpillFile()
    {
        if (spillTo is null || spillDirectory is null)
            throw NoSpace(maxBytes);
        spillTo.CreateDirectory(spillDirectory);
        var path = Path.Combine(spillDirectory, $"{Interlocked.Increment(ref _spillFiles)}.spill");
        return spillTo.OpenFile(path, StorageFileMode.Create);
    }

    public void Discard(IStorageFile spilled)
    {
        spilled.Dispose();
        spillTo!.DeleteFile(spilled.Path);
    }

    public static IOException NoSpace(long maxBytes) =>
        new(
            $"No space left: the files in memory may take {maxBytes} bytes",
            OperatingSystem.IsWindows() ? NoSpaceOnWindows : NoSpaceOnUnix);
}
