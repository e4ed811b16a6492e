using System.IO.Compression;
using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>An unpacked genuine data directory, and what independent clients read from it.</summary>
internal sealed class GenuineLogs : IDisposable
{
    private readonly string _folder;
    private readonly JsonDocument _clients;

    public GenuineLogs(string stage)
    {
        Stage = stage;
        _folder = LogDirVectors.Unpack(stage);
        using var json = new GZipStream(File.OpenRead(Vectors.Find($"log-dirs/{stage}.consumer.json.gz")), CompressionMode.Decompress);
        _clients = JsonDocument.Parse(json);
    }

    public string Stage { get; }

    public JsonElement State => _clients.RootElement.GetProperty("state");

    public IEnumerable<string> Partitions => _clients.RootElement.GetProperty("read_uncommitted").EnumerateObject().Select(p => p.Name);

    public JsonElement Consumed(string isolation, string partition) => _clients.RootElement.GetProperty(isolation).GetProperty(partition);

    public string DirectoryOf(string partition) =>
        Directory.GetDirectories(_folder, partition, SearchOption.AllDirectories).Single();

    public PartitionLog Open(string partition, long nowMs = 1_795_239_500_000)
    {
        var directory = DirectoryOf(partition);
        var logDir = Path.GetDirectoryName(directory)!;
        var dash = partition.LastIndexOf('-');
        var topicPartition = new TopicPartition(partition[..dash], int.Parse(partition[(dash + 1)..]));
        var files = PhysicalFileSystem.Instance;
        var configs = State.GetProperty("topicConfigs").TryGetProperty(topicPartition.Topic, out var given)
            ? given.EnumerateObject().ToDictionary(c => c.Name, c => c.Value.GetString()!)
            : [];
        var epoch = LeaderEpochCache.Open(files, directory).LatestEpoch;
        var log = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = files,
            Directory = directory,
            TopicPartition = topicPartition,
            Config = LogConfig.From(new Dictionary<string, string>(), configs),
            Time = new ManualTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(nowMs)),
            Random = new Random(1),
            HadCleanShutdown = files.FileExists(Path.Combine(logDir, ".kafka_cleanshutdown")),
            RecoveryPoint = new OffsetCheckpointFile(files, Path.Combine(logDir, OffsetCheckpointFile.RecoveryPoint)).Read()
                .GetValueOrDefault(topicPartition),
            LogStartOffset = new OffsetCheckpointFile(files, Path.Combine(logDir, OffsetCheckpointFile.LogStartOffset)).Read()
                .GetValueOrDefault(topicPartition),
            Background = work => work(),
        });
        // What becoming its leader does.
        if (epoch is { } leaderEpoch)
            log.AssignEpochStartOffset(leaderEpoch);
        log.UpdateHighWatermark(log.LogEndOffset);
        return log;
    }

    public void Dispose()
    {
        _clients.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
