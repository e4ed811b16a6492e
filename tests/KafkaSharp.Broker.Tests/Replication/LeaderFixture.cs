using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Waiting;
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

/// <summary>The partition t-0, led by this broker, with a clock that a test moves; requests can wait for it.</summary>
internal sealed class LeaderFixture : IAsyncDisposable
{
    public static readonly Uuid TopicId = new(3, 4);

    private readonly LogManager _logs;
    private MetadataImage _image = MetadataImage.Empty;

    public LeaderFixture(params int[] isr)
        : this(files => files, isr)
    {
    }

    /// <summary>With a file system of the test's own around that of the fixture.</summary>
    public LeaderFixture(Func<IFileSystem, IFileSystem> wrap, params int[] isr)
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
            FileSystem = wrap(files), Directories = ["/data"], BrokerConfig = configuration.Values, Time = Time, Random = new Random(3),
        });
        Replicas = new ReplicaManager(configuration, _logs, NullLogger<ReplicaManager>.Instance);
        Timers = new TimerWheel(Time);
        Update(
            new TopicRecord { Name = "t", TopicId = TopicId },
            new PartitionRecord { TopicId = TopicId, PartitionId = 0, Replicas = [.. isr], Isr = [.. isr], Leader = 1, LeaderEpoch = 0,
                PartitionEpoch = 0 });
    }

    public ManualTimeProvider Time { get; } = new();

    public ReplicaManager Replicas { get; }

    public TimerWheel Timers { get; }

    public Partition Partition =>
        Replicas.Find(new TopicPartition("t", 0), out var partition) == ErrorCode.None ? partition! : throw new InvalidOperationException();

    public void Update(params IRecordMessage[] messages)
    {
        var delta = new MetadataDelta(_image);
        foreach (var message in messages)
            delta.Replay(new MetadataRecord(message, 0));
        _image = delta.Apply(MetadataProvenance.Empty);
        Replicas.OnMetadataUpdate(delta, _image);
    }

    public void Delete() => Update(new RemoveTopicRecord { TopicId = TopicId });

    public Partition PartitionOf(Uuid topicId) =>
        Replicas.Find(topicId, 0, out var partition) == ErrorCode.None ? partition! : throw new InvalidOperationException();

    /// <summary>Appends a record and gives the size of its batch.</summary>
    public int Append(int valueSize = 20, Uuid? topicId = null)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(Time.GetUtcNow().ToUnixTimeMilliseconds(), default, new byte[valueSize], hasKey: false);
        var info = PartitionOf(topicId ?? TopicId).Append(builder.Build().ToArray(), 1, AppendOrigin.Client);
        Assert.That(info.ErrorCode, Is.EqualTo(ErrorCode.None));
        return info.SizeInBytes;
    }

    public Task<FetchPartitionResult[]> FetchAsync(
        int minBytes, int maxWaitMs = 500, long offset = 0, FetchIsolation isolation = FetchIsolation.HighWatermark, int maxBytes = 1 << 20,
        Uuid[]? topics = null, int totalMaxBytes = 1 << 20, bool hardMaxBytes = false, long[]? offsets = null) =>
        new FetchReader(Replicas, Timers, Time).ReadAsync(
            Named((topics ?? [TopicId]).Select((topic, i) => new FetchPartitionState(new FetchPartitionKey(topic, null, 0))
            {
                FetchOffset = offsets?[i] ?? offset, MaxBytes = maxBytes,
            })),
            new FetchParameters(TimeSpan.FromMilliseconds(maxWaitMs), minBytes, totalMaxBytes, isolation, hardMaxBytes)).AsTask();

    public static FetchPartitions Named(IEnumerable<FetchPartitionState> partitions)
    {
        FetchPartitionState[] named = [.. partitions];
        return new FetchPartitions(named, named.Length);
    }

    public async ValueTask DisposeAsync()
    {
        Timers.Dispose();
        await _logs.ShutdownAsync(-1);
    }
}
