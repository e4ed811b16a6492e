using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Tests.Logs;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Tests.Moving;

/// <summary>A log manager with directories /a, /b and /c, whose background work the test runs, and one partition.</summary>
internal sealed class MovedLogs : ILoggerFactory
{
    public static readonly TopicPartition Partition = new("t", 0);
    public static readonly Uuid TopicId = new(1, 2);
    public static readonly string[] Directories = ["/a", "/b", "/c"];
    private static readonly ConfigSchema s_schema = new([.. BrokerLogConfigs.All, .. LogManagerConfigs.All, .. LogCleanerConfigs.All]);

    private readonly Dictionary<string, string> _topic = new()
    {
        ["internal.segment.bytes"] = "2000", ["index.interval.bytes"] = "300", ["file.delete.delay.ms"] = "1000",
    };

    private int _value;

    public MovedLogs(IFileSystem files, params (string Name, string Value)[] topic)
    {
        Files = files;
        foreach (var (name, value) in topic)
            _topic[name] = value;
        Start();
    }

    public IFileSystem Files { get; set; }

    public ManualTimeProvider Time { get; private set; } = new();

    public LogManager Manager { get; private set; } = null!;

    public CollectingLogger Logger { get; } = new();

    /// <summary>Work that was posted and has not run.</summary>
    public Queue<Action> Background { get; } = new();

    public List<LogDirectoryFailure> Failures { get; } = [];

    /// <summary>The directory that the metadata assign the partition to, as a path; null: none.</summary>
    public string? Assigned { get; set; }

    public PartitionLog Log => Manager.Get(Partition)!;

    public PartitionLog? Future => Manager.Futures.SingleOrDefault();

    /// <summary>The log directory of the partition.</summary>
    public string Place => Manager.DirectoryOf(Log).Path;

    /// <summary>Opens the directories as a broker does at start: the log is found again, or created in the first one.</summary>
    public void Start()
    {
        (Time, Manager) = (new ManualTimeProvider(Time.GetUtcNow()), null!);
        Background.Clear();
        Manager = LogManager.Open(new LogManagerOptions
        {
            FileSystem = Files,
            Directories = Directories,
            BrokerConfig = ConfigValues.Parse(s_schema, new Dictionary<string, string>
            {
                ["transaction.partition.verification.enable"] = "false", ["num.recovery.threads.per.data.dir"] = "1",
            }),
            Time = Time,
            Random = new Random(1),
            Background = Background.Enqueue,
            DirectoryFailed = Failures.Add,
            LoggerFactory = this,
        });
        Manager.UpdateTopicConfigs(new Dictionary<string, IReadOnlyDictionary<string, string>> { [Partition.Topic] = _topic });
        Manager.SetStraysAside(
            log => log.TopicId is { } id && id != TopicId, log => Manager.DirectoryOf(log).Path == Assigned,
            _ => Assigned is { } assigned && Manager.LiveDirectories.All(directory => directory.Path != assigned));
        Manager.GetOrCreate(Partition, TopicId, out _);
        Manager.ContinueMoves();
    }

    public void Crash()
    {
        Manager.Abandon();
        Start();
    }

    public async Task RestartAsync()
    {
        RunAll();
        await Manager.ShutdownAsync();
        Start();
    }

    public ErrorCode MoveTo(string directory) => Manager.AlterDirectory(Partition, directory);

    /// <summary>Runs the oldest posted work; false if there is none.</summary>
    public bool RunOne()
    {
        if (!Background.TryDequeue(out var work))
            return false;
        work();
        return true;
    }

    public void RunAll()
    {
        while (RunOne())
        {
        }
    }

    /// <summary>Appends batches of one record each.</summary>
    public void Append(int batches = 1, int epoch = 0)
    {
        for (var i = 0; i < batches; i++)
        {
            Assert.That(Log.AppendAsLeader(TestLog.Batch(1, 100, ++_value), epoch).ErrorCode, Is.EqualTo(ErrorCode.None));
            Log.UpdateHighWatermark(Log.LogEndOffset);
        }
    }

    /// <summary>The offsets and timestamps of all records, each of which has a timestamp of its own.</summary>
    public List<(long Offset, long Timestamp)> Content() => Content(Log);

    public static List<(long Offset, long Timestamp)> Content(PartitionLog log)
    {
        List<(long, long)> found = [];
        for (var from = log.LogStartOffset; ;)
        {
            using var read = log.Read(from, 1 << 20, FetchIsolation.LogEnd, minOneMessage: true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None));
            if (read.Records.Length == 0)
                return found;
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                found.Add((batch.BaseOffset, batch.MaxTimestamp));
                from = batch.LastOffset + 1;
            }
        }
    }

    /// <summary>The folders of the partition: the directory and the kind of each.</summary>
    public IEnumerable<string> Folders() => Manager.Directories.SelectMany(directory => Files.EnumerateDirectories(directory.Path))
        .Select(path => LogDirectoryName.TryParse(Path.GetFileName(path), out var name) ? $"{path[..2]} {name.Kind}" : path);

    public ILogger CreateLogger(string categoryName) => Logger;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
