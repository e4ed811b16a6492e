using System.Runtime.InteropServices;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>Functions of the C library that .NET does not offer: memory mappings without a stream, and fsync of a directory.</summary>
internal static partial class Posix
{
    private const int ProtectionRead = 1;
    private const int MapShared = 1;
    private const int OpenReadOnly = 0;
    private const int NoSuchFile = 2;
    private const int DescriptorsWithoutLimit = 1 << 30;
    private const int Interrupted = 4;

    /// <summary>
    /// Whether files are mapped on this system. Not on Windows, which refuses to rename, truncate or delete mapped files.
    /// </summary>
    public static bool CanMap { get; } = (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) && nint.Size == 8;

    /// <summary>
    /// Creates a read-only shared mapping of a file from its start. It may be longer than the file. Zero if the system refuses.
    /// </summary>
    public static nint Map(SafeHandle file, long length)
    {
        var address = MemoryMap(0, (nuint)length, ProtectionRead, MapShared, file, 0);
        return address == -1 ? 0 : address;
    }

    public static void Unmap(nint address, long length) => _ = MemoryUnmap(address, (nuint)length);

    /// <summary>
    /// Raises the limit of open descriptors of this process to the largest that the system allows without privileges, and returns it.
    /// </summary>
    public static int RaiseDescriptorLimit()
    {
        if (OperatingSystem.IsWindows() || GetLimit(DescriptorLimit, out var limit) != 0)
            return DescriptorsWithoutLimit;
        var raised = limit with { Current = limit.Largest };
        // macOS refuses more than it allows in total, whatever the largest value says. Then the limit stays.
        if (limit.Current < limit.Largest && SetLimit(DescriptorLimit, raised) == 0)
            limit = raised;
        return (int)Math.Min(limit.Current, DescriptorsWithoutLimit);
    }

    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="IOException">The directory cannot be opened or flushed.</exception>
    public static void FlushDirectory(string path)
    {
        var descriptor = Retry(() => Open(path, OpenReadOnly));
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            var message = $"{path} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}";
            throw error == NoSuchFile ? new DirectoryNotFoundException(message) : new IOException(message, error);
        }
        try
        {
            Check(Retry(() => FileSync(descriptor)), path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>fsync of a file.</summary>
    /// <exception cref="IOException">Any error of fsync: what was written may be lost.</exception>
    public static void Flush(SafeHandle file, string path) => Check(Retry(() => FileSync(file)), path);

    private static int Retry(Func<int> call)
    {
        while (true)
        {
            var result = call();
            if (result >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
                return result;
        }
    }

    private static void Check(int result, string path)
    {
        if (result == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        throw new IOException($"{path} cannot be flushed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private static int DescriptorLimit => OperatingSystem.IsMacOS() ? 8 : 7;

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MemoryMap(nint address, nuint length, int protection, int flags, SafeHandle file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(SafeHandle file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    private record struct ResourceLimit(ulong Current, ulong Largest);
}
