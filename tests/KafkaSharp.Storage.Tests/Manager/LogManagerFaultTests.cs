using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Tests.Logs;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>What goes wrong with one log, or one name, stays with it.</summary>
public sealed class LogManagerFaultTests
{
    private static readonly TopicPartition Partition = new("t", 0);
    private static readonly ConfigSchema Schema = new([.. BrokerLogConfigs.All, .. LogManagerConfigs.All]);

    private CollectingLogger _logger = null!;
    private ManualTimeProvider _time = null!;
    private FaultyFileSystem _files = null!;
    private Func<FileOperation, string, IOException?> _fault = null!;
    private List<LogDirectoryFailure> _failures = null!;
    private LogManager _manager = null!;

    [SetUp]
    public void SetUp()
    {
        _logger = new CollectingLogger();
        _time = new ManualTimeProvider();
        _fault = (_, _) => null;
        _files = new FaultyFileSystem(new MemoryFileSystem(_time), (operation, path) => _fault(operation, path));
        _failures = [];
        _manager = Open("/a");
    }

    [TearDown]
    public async Task Stop() => await _manager.DisposeAsync();

    [Test]
    public async Task A_directory_is_the_same_with_a_separator_at_its_end()
    {
        await _manager.DisposeAsync();
        _manager = Open("/a/");
        var log = Create(Partition);
        Assert.That(_manager.LogsIn(_manager.Directories[0]), Is.EqualTo(new[] { log }));
        _manager.Fail(_manager.DirectoryOf(log), new IOException("broken"));
        Assert.That(_failures.Single().Partitions, Is.EqualTo(new[] { Partition }));
    }

    [Test]
    public async Task A_stop_in_order_does_not_hang_on_a_log_that_waits_for_deletion()
    {
        Append(Create(Partition));
        Append(Create(new TopicPartition("u", 0)));
        _manager.Delete(Partition);
        _fault = (_, path) => path.Contains("-delete", StringComparison.Ordinal) ? new IOException("broken") : null;
        await _manager.ShutdownAsync(7);
        Assert.That(_files.FileExists("/a/.kafka_cleanshutdown"));
        _manager = Open("/a");
        Assert.That(_manager.PreviousBrokerEpoch, Is.EqualTo(7));
    }

    [Test]
    public void What_is_wrong_with_one_log_does_not_keep_the_others_from_their_turn()
    {
        var logs = Enumerable.Range(0, 5).Select(i => Create(new TopicPartition("t", i))).ToArray();
        foreach (var log in logs)
            Append(log);
        _fault = (operation, path) => operation == FileOperation.Flush
            && path.EndsWith("t-2/00000000000000000000.log", StringComparison.Ordinal)
            ? throw new InvalidOperationException("a bug") : null;
        _manager.UpdateBrokerConfig(Values(("log.flush.interval.ms", "0")));
        _manager.Maintenance.FlushDirtyLogs();
        _fault = (_, _) => null;
        Assert.That(logs.Select(log => log.RecoveryPoint), Is.EqualTo(new[] { 1, 1, 0, 1, 1 }));
        Assert.That(_failures, Is.Empty);
        Assert.That(_logger.Warnings.Single(), Does.Contain("a bug"));
    }

    [Test]
    public void New_logs_follow_the_expiration_of_producers_that_holds_now()
    {
        var before = Create(Partition);
        _manager.UpdateBrokerConfig(Values(("producer.id.expiration.ms", "5000")));
        var after = Create(new TopicPartition("t", 1));
        Assert.That(before.Producers.Inspect(producers => producers.ExpirationMs), Is.EqualTo(5000));
        Assert.That(after.Producers.Inspect(producers => producers.ExpirationMs), Is.EqualTo(5000));
    }

    [Test]
    public void What_a_failed_creation_has_left_is_not_the_log_of_a_partition_in_a_directory_that_is_offline()
    {
        _manager.Abandon();
        _manager = Open("/a", "/b");
        _fault = (_, path) => path == "/a/t-0/partition.metadata.tmp" ? new IOException("broken") : null;
        Append(Create(Partition));
        Assert.That(_manager.Get(Partition)!.Directory, Is.EqualTo("/b/t-0"));
        _manager.Abandon();

        _fault = (_, path) => path.StartsWith("/b", StringComparison.Ordinal) ? new IOException("broken") : null;
        _manager = Open("/a", "/b");
        Assert.That(_manager.GetOrCreate(Partition, new Uuid(1, 2), out _), Is.EqualTo(ErrorCode.KafkaStorageError));
        _manager.Abandon();

        _fault = (_, _) => null;
        _manager = Open("/a", "/b");
        _manager.SetStraysAside(_ => false);
        Assert.That(_manager.Get(Partition)!.LogEndOffset, Is.EqualTo(1));
    }

    private static ConfigValues Values(params (string Name, string Value)[] values) =>
        ConfigValues.Parse(Schema, values.ToDictionary(pair => pair.Name, pair => pair.Value));

    private static void Append(PartitionLog log) =>
        Assert.That(log.AppendAsLeader(TestLog.Batch(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));

    private PartitionLog Create(TopicPartition partition)
    {
        Assert.That(_manager.GetOrCreate(partition, new Uuid(1, 2), out var log), Is.EqualTo(ErrorCode.None));
        return log!;
    }

    private LogManager Open(params string[] directories) => LogManager.Open(new LogManagerOptions
    {
        FileSystem = _files,
        Directories = directories,
        Time = _time,
        Random = new Random(1),
        Background = work => work(),
        DirectoryFailed = _failures.Add,
        LoggerFactory = new Loggers(_logger),
    });

    private sealed class Loggers(CollectingLogger logger) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }
}
