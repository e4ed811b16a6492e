using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KafkaSharp.Network.Transports;

/// <summary><c>sendmsg</c> over pieces of memory, without copying them together first. Linux only; never waits.</summary>
internal static unsafe partial class VectoredSend
{
    public const int MostPieces = 64;

    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int MoreFollows = 0x8000;
    private const int Interrupted = 4;
    private const int TryAgain = 11;

    [ThreadStatic]
    private static MemoryHandle[]? t_handles;

    /// <summary>
    /// Sends as many bytes of at most <see cref="MostPieces"/> pieces as the socket accepts without blocking, possibly none. Returns the
    /// number of bytes sent; <paramref name="asked"/> is the number of bytes in the pieces. With <paramref name="more"/>, further data
    /// follows immediately and the last segment waits for it.
    /// </summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public static long Send(SafeSocketHandle socket, ReadOnlySpan<ReadOnlyMemory<byte>> pieces, bool more, out long asked)
    {
        var vector = stackalloc IoVector[pieces.Length];
        var handles = t_handles ??= new MemoryHandle[MostPieces];
        asked = 0;
        try
        {
            for (var i = 0; i < pieces.Length; i++)
            {
                handles[i] = pieces[i].Pin();
                vector[i] = new IoVector { Base = handles[i].Pointer, Length = (nuint)pieces[i].Length };
                asked += pieces[i].Length;
            }
            var message = new MessageHeader { Vector = vector, VectorLength = (nuint)pieces.Length };
            while (true)
            {
                var sent = SendMessage(socket, &message, DontWait | NoSignal | (more ? MoreFollows : 0));
                if (sent >= 0)
                    return sent;
                var error = Marshal.GetLastPInvokeError();
                if (error == TryAgain)
                    return 0;
                if (error != Interrupted)
                    throw new SocketException(error, $"sendmsg failed: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
        finally
        {
            for (var i = 0; i < pieces.Length; i++)
                handles[i].Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeSocketHandle socket, MessageHeader* message, int flags);

    private struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    // struct msghdr of 64-bit Linux.
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vector;
        public nuint VectorLength;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
