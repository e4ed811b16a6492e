using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using KafkaSharp.Network.Buffers;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// A connection inside the process: what one end sends the other receives, with the back-pressure of a bounded pipe. For tests and for
/// nodes of a test cluster. <see cref="CreatePair"/> makes both ends.
/// </summary>
public sealed class MemoryTransport : Transport
{
    private readonly PipeReader _incoming;
    private readonly PipeWriter _outgoing;
    private volatile bool _disposed;

    private MemoryTransport(PipeReader incoming, PipeWriter outgoing, IPEndPoint local, IPEndPoint remote)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
    }

    public override IPEndPoint RemoteEndPoint { get; }

    public override IPEndPoint LocalEndPoint { get; }

    /// <summary>Both ends of a new connection; each direction holds up to <paramref name="bufferBytes"/> unread bytes.</summary>
    public static (MemoryTransport Server, MemoryTransport Client) CreatePair(int bufferBytes = 64 * 1024)
    {
        var options = new PipeOptions(
            pauseWriterThreshold: bufferBytes, resumeWriterThreshold: Math.Max(1, bufferBytes / 2), useSynchronizationContext: false);
        var toServer = new Pipe(options);
        var toClient = new Pipe(options);
        var server = new IPEndPoint(IPAddress.Loopback, 9092);
        var client = new IPEndPoint(IPAddress.Loopback, 40000);
        return (new MemoryTransport(toServer.Reader, toClient.Writer, server, client),
            new MemoryTransport(toClient.Reader, toServer.Writer, client, server));
    }

    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, int wanted = 1)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var result = await _incoming.ReadAsync();
        if (result.IsCanceled)
            return 0;
        var taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, buffer.Length));
        taken.CopyTo(buffer.Span);
        // Behind AdvanceTo the pipe may use the segments again, and their lengths are not those of what was taken.
        var count = (int)taken.Length;
        _incoming.AdvanceTo(taken.End);
        return count;
    }

    public override async ValueTask SendAsync(SendBatch batch)
    {
        while (!batch.IsEmpty)
        {
            var segment = batch.Segments[0];
            await SendAsync(segment);
            batch.Advance(segment.Length);
        }
    }

    /// <summary>Sends bytes as they are.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var result = await _outgoing.WriteAsync(bytes);
        if (result.IsCompleted || result.IsCanceled)
            throw new IOException("The other end is closed");
    }

    public override void ShutdownReceive() => _incoming.CancelPendingRead();

    public override void ShutdownSend() => _outgoing.Complete();

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _outgoing.CancelPendingFlush();
        _outgoing.Complete();
        // Wakes the peer's writer; this end's reader, if it waits, sees the end by the cancellation.
        _incoming.CancelPendingRead();
        _incoming.Complete();
    }
}
