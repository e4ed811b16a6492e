using System.Net.Sockets;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Protocol;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// Sends as much of a batch as a socket takes at once: pieces of files straight from the file (<see cref="FileSend"/>), all else gathered
/// into one call (<see cref="VectoredSend"/>). Linux only; never waits, if the socket does not block.
/// </summary>
internal static class ImmediateSend
{
    public static bool IsSupported { get; } = OperatingSystem.IsLinux();

    /// <summary>Advances the batch by what was sent.</summary>
    /// <exception cref="SocketException">The connection is broken, or a file can't be read.</exception>
    /// <exception cref="IOException">A file is shorter than what was borrowed of it.</exception>
    public static void Send(SafeSocketHandle socket, SendBatch batch)
    {
        while (!batch.IsEmpty)
        {
            var sent = SendSome(socket, batch.Segments, out var asked);
            if (sent > 0)
                batch.Advance(sent);
            if (sent < asked)
                return;
        }
    }

    private static long SendSome(SafeSocketHandle socket, ReadOnlySpan<ReadOnlyMemory<byte>> pieces, out long asked)
    {
        if (FileBackedMemory.TryFind(pieces[0], out var file, out var position) && file.HasHandle
            && FileSend.TrySend(socket, file.FileHandle, position, pieces[0].Length, out var sent))
        {
            asked = pieces[0].Length;
            return sent;
        }
        var gathered = 1;
        while (gathered < Math.Min(pieces.Length, VectoredSend.MostPieces) && !FileBackedMemory.TryFind(pieces[gathered], out _, out _))
            gathered++;
        return VectoredSend.Send(socket, pieces[..gathered], more: gathered < pieces.Length, out asked);
    }
}
