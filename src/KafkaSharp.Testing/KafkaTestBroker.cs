using System.Net;
using KafkaSharp.Broker;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;
using KafkaSharp.Network.Transports;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Testing.Connections;
using KafkaSharp.Testing.Disk;
using KafkaSharp.Testing.Faults;
using KafkaSharp.Testing.Interception;
using KafkaSharp.Testing.Output;
using KafkaSharp.Testing.Requests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Testing;

/// <summary>
/// A Kafka broker inside the test's process: one node with its controller on a port of 127.0.0.1, with its data in memory. Clients connect
/// to <see cref="BootstrapServers"/>. Many can run at once. Thread-safe, but start, stop and restart are for one caller at a time.
/// </summary>
public sealed class KafkaTestBroker : IAsyncDisposable
{
    private static int s_count;

    private readonly KafkaTestBrokerOptions _options;
    private readonly string _spillFolder;
    private readonly BrokerClient _client;
    private readonly FaultInterceptor _interceptor;
    private readonly Lock _gate = new();
    private MemoryFileSystem _files;
    private KafkaBroker? _broker;
    private Task _stopped = Task.CompletedTask;
    private CrashableFileSystem? _disk;
    private int _port;
    private int _starts;

    private KafkaTestBroker(KafkaTestBrokerOptions options)
    {
        var number = Interlocked.Increment(ref s_count);
        _options = options;
        _port = options.Port;
        _spillFolder = Path.Combine(Path.GetTempPath(), $"kafkasharp-testing-{Environment.ProcessId}-{number}");
        _files = NewFiles();
        var clientId = $"KafkaSharp.Testing-{number}";
        _client = new BrokerClient(() => new IPEndPoint(IPAddress.Loopback, _port), clientId, own => Connections!.Except(own));
        Topics = new TestTopics(_client, options.Time);
        Faults = new TestFaults(new Random(options.Seed));
        Requests = new RequestLog();
        Transactions = new TestTransactions(_client, Topics);
        Groups = new TestGroups(_client, Topics, Transactions, Requests, Faults);
        Connections = new TestConnections(Faults, options.Time);
        Disk = new TestDisk(Faults);
        _interceptor = new FaultInterceptor(
            clientId, Faults, Requests, Connections, options.Time, new TopicNames(id => _broker?.TopicName(id)));
    }

    /// <summary>For <c>bootstrap.servers</c> of clients.</summary>
    public string BootstrapServers => $"{_options.Host}:{_port}";

    /// <summary>The port clients connect to.</summary>
    public int Port => _port;

    /// <summary>The clock of the broker.</summary>
    public TimeProvider Time => _options.Time;

    /// <summary>Creates, fills and reads topics.</summary>
    public TestTopics Topics { get; }

    /// <summary>Looks at the groups of consumers.</summary>
    public TestGroups Groups { get; }

    /// <summary>Looks at transactions, and fences their producers.</summary>
    public TestTransactions Transactions { get; }

    /// <summary>The failures that the test injects.</summary>
    public TestFaults Faults { get; }

    /// <summary>The requests that clients have sent.</summary>
    public RequestLog Requests { get; }

    /// <summary>The connections of the clients and their faults.</summary>
    public TestConnections Connections { get; }

    /// <summary>The failures of the disk.</summary>
    public TestDisk Disk { get; }

    /// <summary>Whether it runs: false when it was stopped, or has stopped by itself because its disk failed.</summary>
    public bool IsRunning => Volatile.Read(ref _broker) is not null;

    /// <summary>Starts a broker. When the task completes, it serves clients and has the topics of the options.</summary>
    /// <exception cref="BrokerStartException">The options cannot be used; the message says why.</exception>
    public static async Task<KafkaTestBroker> StartAsync(KafkaTestBrokerOptions? options = null, CancellationToken cancellation = default)
    {
        var broker = new KafkaTestBroker(options ?? new KafkaTestBrokerOptions());
        try
        {
            await broker.StartAnewAsync(cancellation);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops the broker in order, with all its connections. Its data and its port stay: see <see cref="StartAgainAsync"/>. It waits for
    /// requests that a fault holds.
    /// </summary>
    public Task StopAsync()
    {
        _client.Disconnect();
        lock (_gate)
        {
            if (_broker is { } broker)
            {
                _broker = null;
                _stopped = broker.DisposeAsync().AsTask();
            }
            return _stopped;
        }
    }

    /// <summary>
    /// Ends as with a machine that loses its power: without shutting down, and without what was written to files that were not flushed
    /// since. As in Kafka, that may be records that were acknowledged, unless <c>flush.messages</c> is 1.
    /// <see cref="StartAgainAsync"/> starts it with what is left.
    /// </summary>
    public async Task CrashAsync()
    {
        if (_disk is not { } disk || !IsRunning)
            throw new InvalidOperationException("The broker does not run");
        disk.PowerOff();
        Connections.CloseAll();
        await StopAsync();
        disk.LoseUnflushed();
    }

    /// <summary>Starts a stopped broker on the same port with the data it had.</summary>
    public async Task StartAgainAsync(CancellationToken cancellation = default)
    {
        if (IsRunning)
            throw new InvalidOperationException("The broker runs already");
        var broker = await KafkaBroker.StartAsync(Configuration(), NewEnvironment(), cancellation);
        _port = broker.EndPoints["PLAINTEXT"].Port;
        lock (_gate)
            _broker = broker;
        _ = StopOnFailureAsync(broker);
    }

    /// <summary>Stops the broker and starts it again. Clients lose their connections and find it on the same port.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await StopAsync();
        await StartAgainAsync(cancellation);
    }

    /// <summary>
    /// Starts anew, as <see cref="StartAsync"/> did: without the records, topics, groups, offsets and faults since then, and without
    /// recorded requests, on the same port. Clients lose their connections.
    /// </summary>
    public async Task ResetAsync(CancellationToken cancellation = default)
    {
        Faults.Clear();
        await StopAsync();
        _files = NewFiles();
        await StartAnewAsync(cancellation);
        Requests.Clear();
    }

    /// <summary>
    /// Writes the state to a folder, as a data directory of Kafka: other test brokers start from it
    /// (<see cref="KafkaTestBrokerOptions.DataFolder"/>), and so does a genuine broker. The broker stops for the time of the copy.
    /// </summary>
    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    public async Task SaveAsync(string folder, CancellationToken cancellation = default)
    {
        DataFolders.EnsureEmpty(folder);
        await StopAsync();
        try
        {
            DataFolders.Save(_files, TestProfile.LogDir, folder);
        }
        finally
        {
            await StartAgainAsync(cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Requests that wait would delay the stop.
        Faults.Clear();
        await StopAsync();
        _client.Dispose();
        if (Directory.Exists(_spillFolder))
            Directory.Delete(_spillFolder, recursive: true);
    }

    // A process would end: its clients find nobody until it is started again.
    private async Task StopOnFailureAsync(KafkaBroker broker)
    {
        await broker.Failed;
        if (Volatile.Read(ref _broker) == broker)
            await StopAsync();
    }

    private async Task StartAnewAsync(CancellationToken cancellation)
    {
        if (_options.DataFolder is { } folder)
            DataFolders.Share(folder, _files, TestProfile.LogDir);
        await StartAgainAsync(cancellation);
        foreach (var topic in _options.Topics)
            await Topics.CreateAsync(topic.Name, topic.Partitions, topic.Configs, cancellation);
        foreach (var (topic, records) in _options.Records.Pieces())
            await Topics.AppendAsync(topic, records, cancellation);
        if (_options.Faults is { } faults)
            Faults.Add(faults);
    }

    // The spill files of one that is discarded stay until the end of the broker.
    private MemoryFileSystem NewFiles() => new(
        _options.Time, _options.MaxMemoryBytes, new PhysicalFileSystem(), Path.Combine(_spillFolder, $"{_starts}"));

    private BrokerConfiguration Configuration()
    {
        var values = TestProfile.Create();
        values["listeners"] = $"PLAINTEXT://{(IsLocal(_options.Host) ? "127.0.0.1" : "0.0.0.0")}:{_port}";
        values["advertised.listeners"] = $"PLAINTEXT://{_options.Host}:{_port}";
        foreach (var (key, value) in _options.Configuration)
            values[key] = value;
        return BrokerConfiguration.Load(values);
    }

    private ILoggerFactory Loggers() => _options switch
    {
        { Loggers: { } loggers } => loggers,
        { Output: { } output } => new OutputLoggerFactory(output, _options.OutputLevel),
        _ => NullLoggerFactory.Instance,
    };

    private static bool IsLocal(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    // Another seed for each start: a node that starts again is another incarnation.
    private BrokerEnvironment NewEnvironment() =>
        new(
            Disk.Around(_disk = Disk.Crashable(_files)),
            _options.Time,
            new Random(unchecked((_options.Seed * 31) + _starts++)),
            Loggers(),
            _interceptor,
            listener => new FaultyTransportFactory(new SocketTransportFactory(listener), Connections),
            // A client polls with requests that wait half a second, by its own clock. While they wait, it can ask for nothing else.
            TimeProvider.System);
}
