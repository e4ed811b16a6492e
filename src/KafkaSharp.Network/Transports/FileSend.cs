using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// <c>sendfile</c>: bytes of a file reach the socket without being copied, and without being mapped page by page. Linux only; the same for
/// what is copied in order to be sent later.
/// </summary>
internal static partial class FileSend
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int Invalid = 22;
    private const int IllegalSeek = 29;
    private const int NotImplemented = 38;

    /// <summary>
    /// Sends as many bytes as the socket accepts without blocking, possibly none. False if this file or socket does not support it; then
    /// nothing was sent.
    /// </summary>
    /// <exception cref="SocketException">The connection is broken, or the file can't be read.</exception>
    public static bool TrySend(SafeSocketHandle socket, nint file, long position, int count, out long sent)
    {
        while (true)
        {
            var offset = position;
            sent = SendFile(socket, file, ref offset, (nuint)count);
            if (sent > 0)
                return true;
            var error = sent == 0 ? Invalid : Marshal.GetLastPInvokeError();
            switch (error)
            {
                case Interrupted:
                    continue;
                case TryAgain:
                    sent = 0;
                    return true;
                case Invalid or IllegalSeek or NotImplemented:
                    sent = 0;
                    return false;
                default:
                    throw new SocketException(error, $"sendfile failed: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
    }

    /// <summary>
    /// Copies bytes of a file without an access to its mapping, maybe fewer than asked for. False if it cannot be read in this way.
    /// </summary>
    /// <exception cref="SocketException">The file can't be read.</exception>
    public static bool TryRead(nint file, long position, Span<byte> bytes, out int read)
    {
        while (true)
        {
            read = (int)ReadAt(file, bytes, (nuint)bytes.Length, position);
            if (read > 0)
                return true;
            var error = read == 0 ? Invalid : Marshal.GetLastPInvokeError();
            switch (error)
            {
                case Interrupted:
                    continue;
                case Invalid or IllegalSeek:
                    return false;
                default:
                    throw new SocketException(error, $"pread failed: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
    }

    // off_t is a long: 64 bits only, as all of this broker.
    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint SendFile(SafeSocketHandle socket, nint file, ref long offset, nuint count);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static partial nint ReadAt(nint file, Span<byte> bytes, nuint count, long position);
}
