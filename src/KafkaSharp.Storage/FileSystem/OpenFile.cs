using Microsoft.Win32.SafeHandles;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// Operations on an open file of the operating system. Every failure is an <see cref="IOException"/>, or an
/// <see cref="ObjectDisposedException"/> when the handle is closed.
/// </summary>
internal static class OpenFile
{
    public static int Read(SafeFileHandle handle, Span<byte> destination, long offset)
    {
        try
        {
            return RandomAccess.Read(handle, destination, offset);
        }
        catch (Exception e) when (DiskErrors.NeedsMapping(e))
        {
            throw DiskErrors.Map(e);
        }
    }

    public static void Write(SafeFileHandle handle, ReadOnlySpan<byte> source, long offset)
    {
        try
        {
            RandomAccess.Write(handle, source, offset);
        }
        catch (Exception e) when (DiskErrors.NeedsMapping(e))
        {
            throw DiskErrors.Map(e);
        }
    }

    public static long GetLength(SafeFileHandle handle) => DiskErrors.Run(() => RandomAccess.GetLength(handle));

    public static void SetLength(SafeFileHandle handle, long length) => DiskErrors.Run(() => RandomAccess.SetLength(handle, length));

    /// <summary>Makes completed writes durable. The method of .NET does not report EROFS, EINVAL and ENOTSUP of fsync.</summary>
    public static void Flush(SafeFileHandle handle, string path)
    {
        if (OperatingSystem.IsLinux())
            Posix.Flush(handle, path);
        else
            DiskErrors.Run(() => RandomAccess.FlushToDisk(handle));
    }
}
