namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// Gives every failure of the operating system the one type that callers handle. .NET reports EACCES, EPERM and EBADF, and a directory in
/// the place of a file, as <see cref="UnauthorizedAccessException"/>, EFBIG as <see cref="ArgumentOutOfRangeException"/> and ECANCELED as
/// <see cref="OperationCanceledException"/>. None of these is an <see cref="IOException"/>.
/// </summary>
public static class DiskErrors
{
    private const int NoSpace = 28;
    private const int QuotaExceededOnLinux = 122;
    private const int QuotaExceededOnMac = 69;

    /// <summary>Whether an exception of an operation on files is a failure of the system that is no <see cref="IOException"/>.</summary>
    internal static bool NeedsMapping(Exception e) =>
        e is UnauthorizedAccessException or ArgumentOutOfRangeException or OperationCanceledException;

    /// <summary>
    /// Whether there is no space for what was to be written (ENOSPC, or EDQUOT for the user's share). Unlike other failures of a disk, this
    /// one passes.
    /// </summary>
    public static bool IsFull(Exception e) => e is IOException && (OperatingSystem.IsWindows()
        ? e.HResult is unchecked((int)0x80070070) or unchecked((int)0x80070027)
        : e.HResult is NoSpace || e.HResult == (OperatingSystem.IsMacOS() ? QuotaExceededOnMac : QuotaExceededOnLinux));

    /// <summary>
    /// A failure that does not pass, whatever caused it. It has no error number, so that <see cref="IsFull"/> is false also where the disk
    /// was full.
    /// </summary>
    internal static IOException Lasting(string message, IOException cause) => new(message, cause);

    /// <summary>
    /// Makes names in a directory durable. A failure does not pass, also where the disk was full: the system reports it once, so that a
    /// second fsync would succeed although the names never reached the disk.
    /// </summary>
    internal static void FlushDirectory(string directory, Action flush)
    {
        try
        {
            flush();
        }
        catch (IOException full) when (IsFull(full))
        {
            throw Lasting($"The names in {directory} cannot be flushed: {full.Message}", full);
        }
    }

    internal static IOException Map(Exception e) => new(e.Message, e);

    internal static T Run<T>(Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (Exception e) when (NeedsMapping(e))
        {
            throw Map(e);
        }
    }

    internal static void Run(Action operation) => Run(() =>
    {
        operation();
        return true;
    });
}
