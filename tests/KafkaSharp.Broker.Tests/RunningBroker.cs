using System.Net;
using System.Net.Sockets;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Tests;

/// <summary>A whole broker with its data in memory on a free port of 127.0.0.1.</summary>
sealed class RunningBroker : IAsyncDisposable
{
    private readonly KafkaBroker _broker;

    private RunningBroker(KafkaBroker broker, CollectingLogger log)
    {
        _broker = broker;
        Log = log;
    }

    public CollectingLogger Log { get; }

    public ApiTable ApiTable => _broker.ApiTable;

    public static async Task<RunningBroker> StartAsync(params (string Key, string Value)[] overrides)
    {
        var given = new Dictionary<string, string> { ["listeners"] = "PLAINTEXT://127.0.0.1:0", ["log.dirs"] = "/data" };
        foreach (var (key, value) in overrides)
            given[key] = value;
        var log = new CollectingLogger();
        var environment = new BrokerEnvironment(new MemoryFileSystem(TimeProvider.System), TimeProvider.System, new Random(1), new LoggerFactory(log));
        return new RunningBroker(await KafkaBroker.StartAsync(BrokerConfiguration.Load(null, given), environment), log);
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _broker.EndPoints["PLAINTEXT"].Port));
        return socket;
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private sealed class LoggerFactory(ILogger logger) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
        }
    }
}
