using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Server.Tests.Commands;

/// <summary>The end of the process: by a signal while it starts, serves or stops, and by a failure.</summary>
[TestFixture]
internal sealed class SignalTests : ServerTest
{
    // Otherwise the shutdown would complete the waiting requests.
    private const string NoHandover = "controlled.shutdown.enable=false";

    [Test]
    public async Task A_stop_waits_for_the_requests_in_flight()
    {
        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort, "--override", NoHandover);
        // Longer than the two seconds after which System.CommandLine would end the process.
        using var waiting = await FetchAsync(broker.Port(), maxWaitMs: 2500);

        var ended = await broker.TerminateAsync();

        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
        Assert.That(ended.Output, Has.Some.Contains("KafkaSharp has stopped"));
        Assert.That(File.Exists(Path("kafkasharp-data", ".kafka_cleanshutdown")));
        Assert.That(await ReadAsync(waiting), Is.Not.Empty, "the response to the fetch");
    }

    [Test]
    public async Task A_second_signal_has_no_effect()
    {
        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort, "--override", NoHandover);
        using var waiting = await FetchAsync(broker.Port(), maxWaitMs: 2500);
        broker.Terminate();
        await broker.WaitForLogAsync("Stopping");

        var ended = await broker.TerminateAsync();

        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
        Assert.That(ended.Output, Has.Some.Contains("KafkaSharp has stopped"));
        Assert.That(File.Exists(Path("kafkasharp-data", ".kafka_cleanshutdown")));
        Assert.That(await ReadAsync(waiting), Is.Not.Empty, "the response to the fetch");
    }

    [Test]
    public async Task The_end_of_the_terminal_stops_it_in_order()
    {
        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort);

        var ended = await broker.TerminateAsync(Kafkasharp.Sighup);

        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
        Assert.That(ended.Output[^1], Does.Contain("KafkaSharp has stopped"));
        Assert.That(File.Exists(Path("kafkasharp-data", ".kafka_cleanshutdown")));
    }

    [Test]
    public async Task Closed_standard_streams_do_not_disturb_it()
    {
        var port = Kafkasharp.FreePort();
        using var broker = await Kafkasharp.StartWithoutStreamsAsync(
            Folder, port, "--override", $"listeners=PLAINTEXT://127.0.0.1:{port}", "--log-level", "Trace");
        Assert.That(await AskApiVersionsAsync(port), Is.Zero);

        var ended = await broker.TerminateAsync();

        Assert.That(ended.ExitCode, Is.Zero);
        Assert.That(File.Exists(Path("kafkasharp-data", ".kafka_cleanshutdown")));
    }

    [Test]
    public async Task A_signal_during_the_start_stops_it_in_order()
    {
        using var broker = await Kafkasharp.StartAsync(Folder, "keeps its data in", "--override", AnyPort);

        var ended = await broker.TerminateAsync();

        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
        Assert.That(ended.Error, Is.Empty);
        Assert.That(File.Exists(Path("kafkasharp-data", ".kafka_cleanshutdown")));
    }

    [Test]
    public async Task The_loss_of_the_last_data_directory_stops_it_with_exit_code_1()
    {
        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort);
        Directory.Move(Path("kafkasharp-data"), Path("elsewhere"));
        File.WriteAllText(Path("kafkasharp-data"), "");
        using var connection = await ConnectAsync(broker.Port());
        await SendAsync(connection, CreateTopic(), 4);

        var ended = await broker.WaitForExitAsync();

        Assert.That(ended.ExitCode, Is.EqualTo(1), ended.OutputText);
        Assert.That(ended.Output, Has.Some.Contains("The broker cannot continue and shuts down"));
    }

    // Sends a fetch that waits in the broker.
    private static async Task<Socket> FetchAsync(int port, int maxWaitMs)
    {
        var socket = await ConnectAsync(port);
        await SendAsync(socket, CreateTopic(), 4);
        await ReadAsync(socket);
        var fetch = new FetchRequest
        {
            ReplicaId = -1,
            MaxWaitMs = maxWaitMs,
            MinBytes = 1,
            MaxBytes = 1 << 20,
            Topics = [new() { Topic = "t", Partitions = [new() { Partition = 0, PartitionMaxBytes = 1 << 20 }] }],
        };
        await SendAsync(socket, fetch, 11);
        // When the later request has its response, the broker has read the earlier one.
        Assert.That(await AskApiVersionsAsync(port), Is.Zero);
        return socket;
    }

    private static MetadataRequest CreateTopic() => new() { Topics = [new() { Name = "t" }], AllowAutoTopicCreation = true };

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    private static async Task SendAsync<TRequest>(Socket socket, TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        new RequestHeader { RequestApiKey = (short)TRequest.ApiKey, RequestApiVersion = version, ClientId = "test" }
            .Write(ref writer, ApiVersionRanges.Get(TRequest.ApiKey).RequestHeaderVersion(version));
        request.Write(ref writer, version);
        writer.Flush();
        var frame = new byte[4 + sink.WrittenCount];
        BinaryPrimitives.WriteInt32BigEndian(frame, sink.WrittenCount);
        sink.WrittenSpan.CopyTo(frame.AsSpan(4));
        await socket.SendAsync(frame);
    }

    private static async Task<byte[]> ReadAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket);
        var length = new byte[4];
        await stream.ReadExactlyAsync(length);
        var response = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(response);
        return response;
    }
}
