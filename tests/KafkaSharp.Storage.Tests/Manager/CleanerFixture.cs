using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>A log manager whose cleaner the test runs, with compacted logs that have a segment for each batch.</summary>
internal abstract class CleanerFixture
{
    protected static readonly TopicPartition Partition = new("t", 0);
    protected static readonly TopicPartition Other = new("u", 0);

    protected static ConfigSchema Schema { get; } = new([.. LogManagerConfigs.All, .. LogCleanerConfigs.All]);

    protected CollectingLogger Logger { get; } = new();

    protected ManualTimeProvider Time { get; private set; } = null!;

    protected FaultyFileSystem Files { get; private set; } = null!;

    protected Func<FileOperation, string, IOException?> Fault { get; set; } = null!;

    protected Dictionary<string, string> Broker { get; private set; } = null!;

    protected string[] Directories { get; set; } = null!;

    protected LogManager Manager { get; set; } = null!;

    [SetUp]
    public void SetUp()
    {
        Time = new ManualTimeProvider();
        Fault = (_, _) => null;
        Files = new FaultyFileSystem(new MemoryFileSystem(Time), (operation, path) => Fault(operation, path));
        Broker = new Dictionary<string, string>
        {
            ["log.cleaner.backoff.ms"] = "1000", ["transaction.partition.verification.enable"] = "false",
        };
        Directories = ["/a"];
        Logger.Clear();
        Manager = Open();
    }

    [TearDown]
    public async Task Stop()
    {
        Fault = (_, _) => null;
        await Manager.DisposeAsync();
    }

    protected LogManager Open() => LogManager.Open(new LogManagerOptions
    {
        FileSystem = Files,
        Directories = Directories,
        BrokerConfig = ConfigValues.Parse(Schema, Broker),
        Time = Time,
        Random = new Random(1),
        Background = work => work(),
        LoggerFactory = new CollectingLoggerFactory(Logger),
    });

    protected PartitionLog Create(TopicPartition partition, params (string Name, string Value)[] configs) =>
        Create(partition, new Uuid(1, 2), configs);

    protected PartitionLog Create(TopicPartition partition, Uuid id, params (string Name, string Value)[] configs)
    {
        // Each batch has a segment of its own.
        var all = new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact", ["internal.segment.bytes"] = "80", ["min.cleanable.dirty.ratio"] = "0.01",
        };
        foreach (var (name, value) in configs)
            all[name] = value;
        Manager.UpdateTopicConfigs(new Dictionary<string, IReadOnlyDictionary<string, string>> { [partition.Topic] = all });
        Assert.That(Manager.GetOrCreate(partition, id, out var log, isNew: true), Is.EqualTo(ErrorCode.None));
        return log!;
    }

    protected void Append(PartitionLog log, int records, RecordBatchOptions? options = null, int key = 0, bool isTombstone = false)
    {
        for (var i = 0; i < records; i++)
        {
            using var builder = new RecordBatchBuilder(options ?? new RecordBatchOptions());
            builder.Append(Time.GetUtcNow().ToUnixTimeMilliseconds(), [(byte)key], [1], hasValue: !isTombstone);
            Assert.That(log.AppendAsLeader(builder.Build().ToArray(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        }
        log.UpdateHighWatermark(log.LogEndOffset);
    }

    protected void Run() => Manager.Cleaner.Run();

    protected void Turn() => Time.Advance(TimeSpan.FromSeconds(1));

    protected string Checkpoint() => System.Text.Encoding.UTF8.GetString(Files.ReadAllBytes("/a/cleaner-offset-checkpoint"));

    protected static string Values(PartitionLog log)
    {
        List<long> offsets = [];
        for (var from = log.LogStartOffset; ;)
        {
            using var read = log.Read(from, 1 << 20, FetchIsolation.LogEnd, true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None));
            if (read.Records.Length == 0)
                return string.Join(' ', offsets);
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                using var records = new RecordReader(batch);
                while (records.MoveNext())
                    offsets.Add(records.Current.Offset);
                from = batch.LastOffset + 1;
            }
        }
    }
}
