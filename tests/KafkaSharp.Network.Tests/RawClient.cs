using System.Buffers.Binary;
using System.Net.Sockets;

namespace KafkaSharp.Network.Tests;

/// <summary>A client that sends exactly the given bytes. Every wait ends after 20 seconds.</summary>
sealed class RawClient(Socket socket) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public Socket Socket { get; } = socket;

    public static byte[] Framed(ReadOnlySpan<byte> body)
    {
        var bytes = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, body.Length);
        body.CopyTo(bytes.AsSpan(4));
        return bytes;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var patience = new CancellationTokenSource(s_patience);
        await Socket.SendAsync(bytes, patience.Token);
    }

    public Task SendFrameAsync(ReadOnlyMemory<byte> body) => SendAsync(Framed(body.Span));

    /// <summary>The next frame without its prefix, or null where the server closed the connection instead.</summary>
    public async Task<byte[]?> ReadFrameAsync()
    {
        var prefix = await ReadExactlyAsync(4);
        return prefix is null ? null : await ReadExactlyAsync(BinaryPrimitives.ReadInt32BigEndian(prefix));
    }

    public async Task<bool> IsClosedByServerAsync() => await ReadFrameAsync() is null;

    public void Dispose() => Socket.Dispose();

    private async Task<byte[]?> ReadExactlyAsync(int count)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            int received;
            try
            {
                received = await Socket.ReceiveAsync(bytes.AsMemory(at), patience.Token);
            }
            catch (SocketException)
            {
                return null;
            }
            if (received == 0)
                return null;
            at += received;
        }
        return bytes;
    }
}
