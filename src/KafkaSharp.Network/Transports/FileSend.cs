using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// <c>sendfile</c>: bytes of a file reach the socket without being copied, and without being mapped page by page. Linux only; the same for
/// what is copied in order to be sent later.
/// </summary>
internal static partial class FileSend
{
    private const int InterruptedCall = 4;
    private const int TryAgain = 11;
    private const int Invalid = 22;
    private const int IllegalSeek = 29;
    private const int NotImplemented = 38;

    /// <summary>
    /// Sends as many bytes as the socket accepts without blocking, possibly none. False if this file or socket does not support it; then
    /// nothing was sent.
    /// </summary>
    /// <exception cref="SocketException">The connection is broken, or the file can't be read.</exception>
    /// <exception cref="IOException">The file is shorter than what was borrowed of it.</exception>
    public static bool TrySend(SafeSocketHandle socket, nint file, long position, int count, out nint sent)
    {
        Outcome outcome;
        do
        {
            var offset = position;
            sent = SendFile(socket, file, ref offset, (nuint)count);
            outcome = OutcomeOf(sent, "sendfile");
        }
        while (outcome == Outcome.Interrupted);
        sent = Math.Max(sent, 0);
        return outcome != Outcome.NotSupported;
    }

    /// <summary>
    /// Copies bytes of a file without an access to its mapping, maybe fewer than asked for. False if it cannot be read in this way.
    /// </summary>
    /// <exception cref="SocketException">The file can't be read.</exception>
    /// <exception cref="IOException">The file is shorter than what was borrowed of it.</exception>
    public static bool TryRead(nint file, long position, Span<byte> bytes, out int read)
    {
        Outcome outcome;
        do
        {
            read = (int)ReadAt(file, bytes, (nuint)bytes.Length, position);
            outcome = OutcomeOf(read, "pread");
        }
        while (outcome == Outcome.Interrupted);
        return outcome == Outcome.Done;
    }

    private static Outcome OutcomeOf(nint result, string call)
    {
        if (result > 0)
            return Outcome.Done;
        // The rest of a page in the mapping is zeros, and the framework waits for ever when it has sent those and fails at the next page.
        if (result == 0)
            throw new IOException($"{call} failed: the file has become shorter");
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            InterruptedCall => Outcome.Interrupted,
            TryAgain => Outcome.Full,
            Invalid or IllegalSeek or NotImplemented => Outcome.NotSupported,
            _ => throw new SocketException(error, $"{call} failed: {Marshal.GetPInvokeErrorMessage(error)}"),
        };
    }

    // off_t is a long: 64 bits only, as all of this broker.
    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint SendFile(SafeSocketHandle socket, nint file, ref long offset, nuint count);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static partial nint ReadAt(nint file, Span<byte> bytes, nuint count, long position);

    private enum Outcome
    {
        Done,
        Full,
        Interrupted,
        NotSupported,
    }
}
