using System.Net;
using System.Net.Sockets;

namespace KafkaSharp.Network.Tests.Transports;

public sealed class SocketTransportTests
{
    [Test]
    public async Task Hundreds_of_pieces_arrive_in_order_through_a_small_send_buffer()
    {
        var (transport, client) = await PairAsync(sendBuffer: 4096);
        using var served = transport;
        using var receiving = client;
        var batch = new SendBatch();
        var random = new Random(1);
        var expected = new List<byte>();
        for (var i = 0; i < 300; i++)
        {
            var frame = DelegateHandler.FrameOf([(byte)i]);
            var records = new byte[random.Next(9_000, 20_000)];
            random.NextBytes(records);
            frame.WriteRecords(records);
            batch.Add(frame);
            expected.AddRange(frame.ToArray());
        }

        var sending = transport.SendAsync(batch).AsTask();
        var received = await new RawClientBytes(client).ReadAsync(expected.Count);
        await sending;

        Assert.That(received.AsSpan().SequenceEqual(expected.ToArray()));
        Assert.That(batch.IsEmpty);
        batch.Clear();
    }

    [Test]
    public async Task Sending_to_a_client_that_left_fails()
    {
        var (transport, client) = await PairAsync(sendBuffer: 4096);
        using var served = transport;
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();

        Assert.That(async () =>
        {
            while (true)
            {
                var batch = new SendBatch();
                batch.Add(DelegateHandler.FrameOf(new byte[1000]));
                await transport.SendAsync(batch);
                batch.Clear();
            }
        }, Throws.InstanceOf<SocketException>());
    }

    [Test]
    public async Task Disposing_ends_a_receive_and_a_send_that_wait()
    {
        var (transport, client) = await PairAsync(sendBuffer: 4096);
        using var receiving = client;
        var batch = new SendBatch();
        var frame = DelegateHandler.FrameOf([]);
        frame.WriteRecords(new byte[64 << 20]);
        batch.Add(frame);
        var sending = transport.SendAsync(batch).AsTask();
        var waiting = transport.ReceiveAsync(new byte[10]).AsTask();
        Assert.That((sending.IsCompleted, waiting.IsCompleted), Is.EqualTo((false, false)));

        transport.Dispose();

        Assert.That(async () => await sending.WaitAsync(TimeSpan.FromSeconds(20)), Throws.InstanceOf<SocketException>().Or.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await waiting.WaitAsync(TimeSpan.FromSeconds(20)), Throws.InstanceOf<SocketException>().Or.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Shutting_the_receiving_side_ends_a_receive_that_waits_and_lets_sending_go_on()
    {
        var (transport, client) = await PairAsync(sendBuffer: null);
        using var served = transport;
        using var receiving = client;
        var waiting = transport.ReceiveAsync(new byte[10]).AsTask();

        transport.ShutdownReceive();

        Assert.That(await waiting.WaitAsync(TimeSpan.FromSeconds(20)), Is.Zero);
        var batch = new SendBatch();
        batch.Add(DelegateHandler.FrameOf([7]));
        await transport.SendAsync(batch);
        Assert.That(await new RawClient(client).ReadFrameAsync(), Is.EqualTo(new byte[] { 7 }));
    }

    private static async Task<(SocketTransport Transport, Socket Client)> PairAsync(int? sendBuffer)
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        await client.ConnectAsync(listening.LocalEndPoint!);
        var accepted = await listening.AcceptAsync();
        if (sendBuffer is { } size)
            accepted.SendBufferSize = size;
        return (new SocketTransport(accepted), client);
    }

    private sealed class RawClientBytes(Socket socket)
    {
        public async Task<byte[]> ReadAsync(int count)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            var bytes = new byte[count];
            for (var at = 0; at < count;)
                at += await socket.ReceiveAsync(bytes.AsMemory(at), patience.Token);
            return bytes;
        }
    }
}
