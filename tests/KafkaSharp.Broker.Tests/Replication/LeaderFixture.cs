using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.Replication;

/// <summary>The partition t-0, led here, on a clock that stands; what waits for it can be told of appends, time and deletion.</summary>
sealed class LeaderFixture : IAsyncDisposable
{
    public static readonly Uuid TopicId = new(3, 4);

    private readonly LogManager _logs;
    private MetadataImage _image = MetadataImage.Empty;

    public LeaderFixture(params int[] isr)
    {
        if (isr.Length == 0)
            isr = [1];
        var files = new MemoryFileSystem(Time, 1L << 28);
        files.CreateDirectory("/data");
        var configuration = BrokerConfiguration.Load(null, new Dictionary<string, string>
        {
            ["listeners"] = "PLAINTEXT://127.0.0.1:0", ["log.dirs"] = "/data", ["node.id"] = "1",
        });
        _logs = LogManager.Open(new LogManagerOptions
        {
            FileSystem = files, Directories = ["/data"], BrokerConfig = configuration.Values, Time = Time, Random = new Random(3),
        });
        Replicas = new ReplicaManager(configuration, _logs, NullLogger<ReplicaManager>.Instance);
        Deadlines = new DeadlineTimer(Time);
        Update(
            new TopicRecord { Name = "t", TopicId = TopicId },
            new PartitionRecord { TopicId = TopicId, PartitionId = 0, Replicas = [.. isr], Isr = [.. isr], Leader = 1, LeaderEpoch = 0, PartitionEpoch = 0 });
    }

    public ManualTimeProvider Time { get; } = new();

    public ReplicaManager Replicas { get; }

    public DeadlineTimer Deadlines { get; }

    public Partition Partition => Replicas.Find(new TopicPartition("t", 0), out var partition) == ErrorCode.None ? partition! : throw new InvalidOperationException();

    public void Update(params IRecordMessage[] messages)
    {
        var delta = new MetadataDelta(_image);
        foreach (var message in messages)
            delta.Replay(new MetadataRecord(message, 0));
        _image = delta.Apply(MetadataProvenance.Empty);
        Replicas.OnMetadataUpdate(delta, _image);
    }

    public void Delete() => Update(new RemoveTopicRecord { TopicId = TopicId });

    /// <summary>Appends a record and gives the size of its batch.</summary>
    public int Append(int valueSize = 20)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(Time.GetUtcNow().ToUnixTimeMilliseconds(), default, new byte[valueSize], hasKey: false);
        var info = Partition.Append(builder.Build().ToArray(), 1, AppendOrigin.Client);
        Assert.That(info.ErrorCode, Is.EqualTo(ErrorCode.None));
        return info.SizeInBytes;
    }

    public Task<FetchPartitionResult[]> FetchAsync(
        int minBytes, int maxWaitMs = 500, long offset = 0, FetchIsolation isolation = FetchIsolation.HighWatermark, int maxBytes = 1 << 20,
        Uuid[]? topics = null) =>
        new FetchReader(Replicas, Deadlines, Time).ReadAsync(
            [.. (topics ?? [TopicId]).Select(topic => new FetchPartitionState(new FetchPartitionKey(topic, null, 0)) { FetchOffset = offset, MaxBytes = maxBytes })],
            new FetchParameters(TimeSpan.FromMilliseconds(maxWaitMs), minBytes, 1 << 20, isolation, HardMaxBytes: false)).AsTask();

    public async ValueTask DisposeAsync()
    {
        Deadlines.Dispose();
        await _logs.ShutdownAsync(-1);
    }
}
