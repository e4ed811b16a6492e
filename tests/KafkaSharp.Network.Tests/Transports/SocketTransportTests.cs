using System.Buffers;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Transports;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;

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

        await AssertArrivesAsync(batch, transport, client, expected.ToArray());
    }

    [Test]
    [Platform("Linux")]
    public async Task Pieces_of_a_file_are_taken_from_the_file_in_their_place_among_the_others()
    {
        using var folder = new FilePieces(120_000);
        var (transport, client) = await PairAsync(sendBuffer: 1 << 20, receiveBuffer: null);
        using var served = transport;
        using var receiving = client;
        // What the memory shows is not what the file holds.
        var (batch, expected) = BatchOf(folder.Shown(_ => 0), folder.Content);

        await AssertArrivesAsync(batch, transport, client, expected);
    }

    // Its pages would stay with the process: in the end the whole file, if the reader is slow.
    [Test]
    [Platform("Linux")]
    public async Task The_mapping_of_a_file_is_not_touched_while_the_send_buffer_is_full()
    {
        using var folder = new FilePieces(3_000_000);
        var (transport, client) = await PairAsync(sendBuffer: 4096);
        using var served = transport;
        using var receiving = client;
        var (batch, expected) = BatchOf(folder.Shown(_ => 0), folder.Content);

        await AssertArrivesAsync(batch, transport, client, expected);
    }

    [Test]
    public async Task Pieces_of_a_file_arrive_through_a_small_send_buffer()
    {
        using var folder = new FilePieces(3_000_000);
        var (transport, client) = await PairAsync(sendBuffer: 4096);
        using var served = transport;
        using var receiving = client;
        var (batch, expected) = BatchOf(folder.Shown(at => folder.Content[at]), folder.Content);

        await AssertArrivesAsync(batch, transport, client, expected);
    }

    [Test]
    [Platform("Linux")]
    public async Task A_piece_of_something_that_no_file_can_be_sent_from_comes_from_memory()
    {
        using var folder = new FilePieces(100_000);
        var (transport, client) = await PairAsync(sendBuffer: null, receiveBuffer: null);
        using var served = transport;
        using var receiving = client;
        // A socket can't be read like a file.
        var (batch, expected) = BatchOf(new ShownFile(client.Handle, folder.Content), folder.Content);

        await AssertArrivesAsync(batch, transport, client, expected);
    }

    [Test]
    [Platform("Linux")]
    public async Task A_file_that_can_not_be_read_breaks_the_connection()
    {
        using var folder = new FilePieces(100_000);
        var (transport, client) = await PairAsync(sendBuffer: null);
        using var served = transport;
        using var receiving = client;
        var (batch, _) = BatchOf(new ShownFile(-1, folder.Content), folder.Content);

        Assert.That(async () => await transport.SendAsync(batch), Throws.InstanceOf<SocketException>().With.Message.StartsWith(
            "sendfile failed"));
        batch.Clear();
    }

    // Another process has truncated it. The rest of the last page in the mapping is zeros, which are no records.
    [Test]
    [Platform("Linux")]
    public async Task A_file_that_has_become_shorter_breaks_the_connection([Values(4096, 1 << 20)] int sendBuffer)
    {
        using var folder = new FilePieces(3_000_000);
        var (transport, client) = await PairAsync(sendBuffer);
        using var served = transport;
        using var receiving = client;
        var (batch, _) = BatchOf(folder.Shown(_ => 0), folder.Content);
        folder.Truncate(1_000_001);

        var sending = transport.SendAsync(batch).AsTask();
        _ = new RawClientBytes(client).ReadAsync(3_000_000);

        Assert.That(async () => await sending.WaitAsync(TimeSpan.FromSeconds(20)),
            Throws.InstanceOf<IOException>().With.Message.Contains("has become shorter"));
        batch.Clear();
    }

    [Test]
    [Platform("Linux")]
    public async Task Pages_without_a_handle_arrive_through_a_small_send_buffer()
    {
        using var folder = new FilePieces(3_000_000);
        using IMemoryOwner<byte> pages = folder.Mapped();
        var (transport, client) = await PairAsync(sendBuffer: 4096);
        using var served = transport;
        using var receiving = client;
        var (batch, expected) = BatchOf((FileBackedMemory)pages, folder.Content);

        await AssertArrivesAsync(batch, transport, client, expected);
    }

    // Another process has truncated it, where an access to the pages would raise a fault.
    [Test]
    [Platform("Linux")]
    public async Task Pages_of_a_file_that_has_become_shorter_break_the_connection([Values(4096, 1 << 20)] int sendBuffer)
    {
        using var folder = new FilePieces(3_000_000);
        using IMemoryOwner<byte> pages = folder.Mapped();
        var (transport, client) = await PairAsync(sendBuffer);
        using var served = transport;
        using var receiving = client;
        var (batch, _) = BatchOf((FileBackedMemory)pages, folder.Content);
        folder.Truncate(1_000_001);

        var sending = transport.SendAsync(batch).AsTask();
        _ = new RawClientBytes(client).ReadAsync(3_000_000);

        Assert.That(async () => await sending.WaitAsync(TimeSpan.FromSeconds(20)), Throws.InstanceOf<SocketException>());
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

        Assert.That(async () => await sending.WaitAsync(TimeSpan.FromSeconds(20)),
            Throws.InstanceOf<SocketException>().Or.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await waiting.WaitAsync(TimeSpan.FromSeconds(20)),
            Throws.InstanceOf<SocketException>().Or.InstanceOf<ObjectDisposedException>());
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

    private static async Task<(SocketTransport Transport, Socket Client)> PairAsync(int? sendBuffer, int? receiveBuffer = 8192)
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } received)
            client.ReceiveBufferSize = received;
        await client.ConnectAsync(listening.LocalEndPoint!);
        var accepted = await listening.AcceptAsync();
        if (sendBuffer is { } size)
            accepted.SendBufferSize = size;
        return (new SocketTransport(accepted), client);
    }

    private static async Task AssertArrivesAsync(SendBatch batch, SocketTransport transport, Socket client, byte[] expected)
    {
        var sending = transport.SendAsync(batch).AsTask();
        var received = await new RawClientBytes(client).ReadAsync(expected.Length);
        await sending;

        Assert.That(received.AsSpan().SequenceEqual(expected));
        Assert.That(batch.IsEmpty);
        batch.Clear();
    }

    // Three frames, each with small bytes before a piece of the file: a long one, a short one, the rest of the file from an odd place on.
    private static (SendBatch Batch, byte[] Expected) BatchOf(FileBackedMemory file, byte[] content)
    {
        var batch = new SendBatch();
        var expected = new List<byte>();
        foreach (var range in new[] { 1..70_001, 70_001..80_002, 12_345..content.Length })
        {
            var frame = DelegateHandler.FrameOf([1, 2, 3]);
            frame.WriteRecords(file.Memory[range]);
            frame.Complete();
            expected.AddRange(BitConverter.GetBytes(IPAddress.HostToNetworkOrder((int)frame.Length)));
            expected.AddRange([1, 2, 3]);
            expected.AddRange(content[range]);
            batch.Add(frame);
        }
        return (batch, expected.ToArray());
    }

    /// <summary>A file of random bytes.</summary>
    private sealed class FilePieces : IDisposable
    {
        private readonly string _path = Path.Combine(Path.GetTempPath(), "kafkasharp-" + Guid.NewGuid().ToString("N"));
        private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _handle;

        public FilePieces(int length)
        {
            Content = new byte[length];
            new Random(2).NextBytes(Content);
            File.WriteAllBytes(_path, Content);
            _handle = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        }

        public byte[] Content { get; }

        public FileBackedMemory Shown(Func<int, byte> content) =>
            new ShownFile(_handle.DangerousGetHandle(), [.. Enumerable.Range(0, Content.Length).Select(content)]);

        public MappedPages Mapped() => new(_path, Content.Length);

        public void Truncate(int length) => RandomAccess.SetLength(_handle, length);

        public void Dispose()
        {
            _handle.Dispose();
            File.Delete(_path);
        }
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
