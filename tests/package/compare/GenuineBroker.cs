using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Compare;

/// <summary>The genuine broker in a process of its own, with an empty data directory.</summary>
internal sealed class GenuineBroker : ITestedBroker
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"compare-{Guid.NewGuid():N}");
    private Process _process = null!;

    private GenuineBroker(int port) => BootstrapServers = $"127.0.0.1:{port}";

    /// <summary>The directory of Apache Kafka, with bin/kafka-run; null if none is named.</summary>
    public static string? Home { get; } = Environment.GetEnvironmentVariable("KAFKASHARP_KAFKA_HOME") is { Length: > 0 } home ? home : null;

    public string BootstrapServers { get; }

    public int? ProcessId => _process.Id;

    public static async Task<GenuineBroker> StartAsync()
    {
        var (port, controller) = (FreePort(), FreePort());
        var broker = new GenuineBroker(port);
        Directory.CreateDirectory(broker._folder);
        var properties = Path.Combine(broker._folder, "server.properties");
        await File.WriteAllTextAsync(properties, $"""
            process.roles=broker,controller
            node.id=1
            listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
            controller.listener.names=CONTROLLER
            controller.quorum.voters=1@127.0.0.1:{controller}
            log.dirs={broker._folder}/data
            offsets.topic.replication.factor=1
            group.initial.rebalance.delay.ms=0
            """);
        using var format = Run("storage", "format", "--cluster-id", "AbCdEfGhIjKlMnOpQrStUg", "--config", properties);
        await format.WaitForExitAsync();
        broker._process = Run("server-start", properties);
        while (!await RespondsAsync(port))
            await Task.Delay(5);
        return broker;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Process Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Home!, "bin", "kafka-run"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<bool> RespondsAsync(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
