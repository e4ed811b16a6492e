using System.Runtime.InteropServices;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>Functions of the C library that .NET does not offer: memory mappings without a stream, and fsync of a directory.</summary>
internal static partial class Posix
{
    private const int ProtectionRead = 1;
    private const int MapShared = 1;
    private const int OpenReadOnly = 0;
    private const int NoSuchFile = 2;

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

    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="IOException">The directory cannot be opened or flushed.</exception>
    public static void FlushDirectory(string path)
    {
        var descriptor = Open(path, OpenReadOnly);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            var message = $"{path} can't be opened: {Marshal.GetPInvokeErrorMessage(error)}";
            throw error == NoSuchFile ? new DirectoryNotFoundException(message) : new IOException(message);
        }
        try
        {
            if (FileSync(descriptor) != 0)
                throw new IOException($"{path} cannot be flushed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MemoryMap(nint address, nuint length, int protection, int flags, SafeHandle file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
