namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// Gives every failure of the operating system the one type that callers handle. .NET reports EACCES, EPERM and EBADF, and a directory in
/// the place of a file, as <see cref="UnauthorizedAccessException"/>, EFBIG as <see cref="ArgumentOutOfRangeException"/> and ECANCELED as
/// <see cref="OperationCanceledException"/>. None of these is an <see cref="IOException"/>.
/// </summary>
internal static class DiskErrors
{
    /// <summary>Whether an exception of an operation on files is a failure of the system that is no <see cref="IOException"/>.</summary>
    public static bool NeedsMapping(Exception e) =>
        e is UnauthorizedAccessException or ArgumentOutOfRangeException or OperationCanceledException;

    public static IOException Map(Exception e) => new(e.Message, e);

    public static T Run<T>(Func<T> operation)
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

    public static void Run(Action operation) => Run(() =>
    {
        operation();
        return true;
    });
}
