using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Protocol;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// A connected TCP socket. It receives through the framework. It sends with direct system calls (<see cref="ImmediateSend"/>) and uses the
/// framework only to wait while the send buffer is full.
/// </summary>
internal sealed class SocketTransport : Transport
{
    // The number of bytes that the framework sends while the send buffer is full. The rest is sent with direct calls again.
    private const int WaitingSendBytes = 256 * 1024;

    // The same of a file. Each reader that has stopped keeps a copy of them. It divides a page.
    private const int WaitingFileBytes = 1024;

    // A large frame arrives in many segments. The system wakes this process when they have arrived, not for each.
    private const int SmallestLowWater = 16 * 1024;
    private const int LargestLowWater = 256 * 1024;
    private const int SocketLevel = 1;
    private const int ReceiveLowWater = 18;

    private readonly Socket _socket;
    private int _lowWater = 1;

    public SocketTransport(Socket socket)
    {
        // Sends must not block, and not every system call has a flag for this.
        socket.Blocking = false;
        _socket = socket;
        RemoteEndPoint = Unwrap(socket.RemoteEndPoint);
        LocalEndPoint = Unwrap(socket.LocalEndPoint);
    }

    public override IPEndPoint RemoteEndPoint { get; }

    public override IPEndPoint LocalEndPoint { get; }

    /// <summary>Whether the peer is on this machine, so that the connection does not use a network.</summary>
    public bool IsLocal => IPAddress.IsLoopback(RemoteEndPoint.Address) || RemoteEndPoint.Address.Equals(LocalEndPoint.Address);

    public override bool HasPeerLeft
    {
        get
        {
            try
            {
                return _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, int wanted = 1)
    {
        if (OperatingSystem.IsLinux())
            SetLowWater(wanted < SmallestLowWater ? 1 : Math.Min(wanted, LargestLowWater));
        return _socket.ReceiveAsync(buffer, SocketFlags.None);
    }

    public override ValueTask SendAsync(SendBatch batch)
    {
        if (ImmediateSend.IsSupported)
            ImmediateSend.Send(_socket.SafeHandle, batch);
        return batch.IsEmpty ? ValueTask.CompletedTask : SendRestAsync(batch);
    }

    public override void ShutdownReceive() => Shutdown(SocketShutdown.Receive);

    public override void ShutdownSend() => Shutdown(SocketShutdown.Send);

    protected override void Dispose(bool disposing) => _socket.Dispose();

    private async ValueTask SendRestAsync(SendBatch batch)
    {
        while (!batch.IsEmpty)
        {
            var next = batch.Segments[0];
            batch.Advance(ImmediateSend.IsSupported && FileBackedMemory.TryFind(next, out var file, out var position)
                ? await SendOfFileAsync(next, file, position)
                : await _socket.SendAsync(next[..Math.Min(next.Length, WaitingSendBytes)], SocketFlags.None));
            if (ImmediateSend.IsSupported)
                ImmediateSend.Send(_socket.SafeHandle, batch);
        }
    }

    private ValueTask<int> SendOfFileAsync(ReadOnlyMemory<byte> bytes, FileBackedMemory file, int position)
    {
        var most = Math.Min(bytes.Length, WaitingFileBytes);
        // Never over the end of a page: of a file that had become shorter, the framework was seen to wait for ever for the rest.
        return file.HasHandle
            ? SendCopyAsync(bytes[..most], file, position)
            : _socket.SendAsync(bytes[..Math.Min(most, WaitingFileBytes - position % WaitingFileBytes)], SocketFlags.None);
    }

    // The pages of a mapping that the framework sends from would stay with this process: with a slow reader, in the end the whole file.
    private async ValueTask<int> SendCopyAsync(ReadOnlyMemory<byte> bytes, FileBackedMemory file, int position)
    {
        var copy = BufferPool.Shared.Rent(bytes.Length);
        try
        {
            var sent = FileSend.TryRead(file.FileHandle, position, copy.AsSpan(0, bytes.Length), out var read)
                ? copy.AsMemory(0, read)
                : bytes;
            return await _socket.SendAsync(sent, SocketFlags.None);
        }
        finally
        {
            BufferPool.Shared.Return(copy);
        }
    }

    private void SetLowWater(int bytes)
    {
        if (bytes == _lowWater)
            return;
        _socket.SetRawSocketOption(SocketLevel, ReceiveLowWater, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in bytes)));
        _lowWater = bytes;
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer or Dispose was faster.
        }
    }

    private static IPEndPoint Unwrap(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port),
        IPEndPoint ip => ip,
        _ => new IPEndPoint(IPAddress.None, 0),
    };
}
