using System.Net;
using KafkaSharp.Broker;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.TestInfrastructure.Broker;

/// <summary>
/// The one way in which tests start a broker inside their process: one node with both roles on a free port of 127.0.0.1, with its data in
/// memory unless a file system is given. It has a project of its own, so that the tests of the lower layers are built without the broker.
/// </summary>
public sealed class TestBroker : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // A node that starts again is another incarnation.
    private static int s_seed;

    private TestBroker(KafkaBroker broker, CollectingLogger log)
    {
        Broker = broker;
        Log = log;
    }

    public KafkaBroker Broker { get; }

    public CollectingLogger Log { get; }

    /// <summary>The address for clients.</summary>
    public IPEndPoint EndPoint => Broker.EndPoints["PLAINTEXT"];

    public static Task<TestBroker> StartAsync(params (string Key, string Value)[] overrides) =>
        StartAsync(new MemoryFileSystem(TimeProvider.System, 1L << 30), overrides);

    /// <summary>Starts on files that exist already, or that fail, and with a clock of the test.</summary>
    public static async Task<TestBroker> StartAsync(
        IFileSystem files, (string Key, string Value)[]? overrides = null, TimeProvider? time = null, CancellationToken cancellation =
            default)
    {
        var log = new CollectingLogger();
        var environment = new BrokerEnvironment(
            files, time ?? TimeProvider.System, new Random(Interlocked.Increment(ref s_seed)), new CollectingLoggerFactory(log));
        var starting = KafkaBroker.StartAsync(Configuration(overrides ?? []), environment, cancellation);
        return new TestBroker(await starting.WaitAsync(s_patience, CancellationToken.None), log);
    }

    /// <summary>The configuration of the broker that <see cref="StartAsync(ValueTuple{string, string}[])"/> starts.</summary>
    public static BrokerConfiguration Configuration(params (string Key, string Value)[] overrides)
    {
        var given = new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            ["listeners"] = "PLAINTEXT://127.0.0.1:0",
            ["log.dirs"] = "/data",
            ["offsets.topic.replication.factor"] = "1",
            ["transaction.state.log.replication.factor"] = "1",
            ["transaction.state.log.min.isr"] = "1",
        };
        foreach (var (key, value) in overrides)
            given[key] = value;
        return BrokerConfiguration.Load(given);
    }

    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(EndPoint);

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}
