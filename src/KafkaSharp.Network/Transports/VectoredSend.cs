using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KafkaSharp.Network;

/// <summary>
/// <c>sendmsg</c> over the pieces of a batch where they lie: mapped log segments and pooled buffers leave in one call, without being gathered first.
/// Linux only; never waits.
/// </summary>
static unsafe partial class VectoredSend
{
    const int MostPieces = 64;
    const int DontWait = 0x40;
    const int NoSignal = 0x4000;
    const int Interrupted = 4;
    const int TryAgain = 11;

    [ThreadStatic]
    private static MemoryHandle[]? t_handles;

    public static bool IsSupported { get; } = OperatingSystem.IsLinux();

    /// <summary>Sends as much as the socket takes now and advances the batch by it.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public static void SendWithoutWaiting(SafeSocketHandle socket, SendBatch batch)
    {
        while (!batch.IsEmpty && TrySend(socket, batch.Segments, out var sent, out var asked))
        {
            batch.Advance(sent);
            if (sent < asked)
                return;
        }
    }

    private static bool TrySend(SafeSocketHandle socket, ReadOnlySpan<ReadOnlyMemory<byte>> segments, out long sent, out long asked)
    {
        var pieces = Math.Min(segments.Length, MostPieces);
        var vector = stackalloc IoVector[pieces];
        var handles = t_handles ??= new MemoryHandle[MostPieces];
        asked = 0;
        try
        {
            for (var i = 0; i < pieces; i++)
            {
                handles[i] = segments[i].Pin();
                vector[i] = new IoVector { Base = handles[i].Pointer, Length = (nuint)segments[i].Length };
                asked += segments[i].Length;
            }
            var message = new MessageHeader { Vector = vector, VectorLength = (nuint)pieces };
            while (true)
            {
                sent = SendMessage(socket, &message, DontWait | NoSignal);
                if (sent >= 0)
                    return true;
                var error = Marshal.GetLastPInvokeError();
                if (error == TryAgain)
                    return false;
                if (error != Interrupted)
                    throw new SocketException(error, $"sendmsg failed: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
        finally
        {
            for (var i = 0; i < pieces; i++)
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
