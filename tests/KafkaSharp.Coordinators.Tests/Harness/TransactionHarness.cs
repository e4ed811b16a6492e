using System.Buffers;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Harness;

/// <summary>
/// A transaction coordinator on one thread and a clock that stands: commands run inside the call that sends them, timers inside
/// <see cref="Advance"/>.
/// </summary>
internal sealed class TransactionHarness : IAsyncDisposable
{
    public const string Id = "txn";
    public const int Timeout = 60_000;
    public static readonly TopicPartition P0 = new("data", 0);
    public static readonly TopicPartition P1 = new("data", 1);

    private int _epoch;
    private long _metadataOffset;
    private long _nextProducerId;
    private MetadataImage _image = MetadataImage.Empty;

    public TransactionHarness(short version = 2, TransactionCoordinatorConfig? config = null, MemoryCoordinatorStorage? storage = null)
    {
        Storage = storage ?? new MemoryCoordinatorStorage();
        Coordinator = new TransactionCoordinator(
            Storage, new TransactionCluster(Markers, partition => !Deleted.Contains(partition), NextProducerIdAsync),
            config ?? new TransactionCoordinatorConfig(), Time, Log, item => item.Execute());
        SetVersion(version);
        Coordinator.Start(1);
        Coordinator.OnElection(0, _epoch);
        Advance(0);
    }

    public ManualTimeProvider Time { get; } = new();

    public CollectingLogger Log { get; } = new();

    public MemoryCoordinatorStorage Storage { get; }

    public RecordingMarkers Markers { get; } = new();

    public HashSet<TopicPartition> Deleted { get; } = [];

    /// <summary>What the next producer ids come with.</summary>
    public ErrorCode ProducerIdError { get; set; }

    public long ProducerIdsGiven => _nextProducerId;

    public TransactionCoordinator Coordinator { get; }

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The values in the log of the partition, the newest last; null for a tombstone.</summary>
    public IEnumerable<TransactionMetadata?> Written => Storage.Entries(0).Select(entry =>
    {
        TransactionRecordSerde.Instance.Read(entry.Key, entry.Value, out var record);
        return record!.Metadata;
    });

    public void SetVersion(short version)
    {
        var delta = new MetadataDelta(_image);
        delta.Replay(new MetadataRecord(new FeatureLevelRecord { Name = FeatureNames.Transaction, FeatureLevel = version }, 0));
        _image = delta.Apply(new MetadataProvenance(++_metadataOffset, 0, 0));
        Coordinator.OnMetadataUpdate(delta, _image);
    }

    public void Advance(double milliseconds) => Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Writes a state as another coordinator would, and loads it.</summary>
    public void Write(TransactionMetadata metadata)
    {
        var record = new TransactionRecord(metadata.TransactionalId, metadata, 1);
        var (key, value) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        TransactionRecordSerde.Instance.WriteKey(record, key);
        TransactionRecordSerde.Instance.WriteValue(record, value);
        Storage.Entries(0).Add(new MemoryCoordinatorStorage.Entry(key.WrittenSpan.ToArray(), value.WrittenSpan.ToArray()));
        Reload();
    }

    /// <summary>Another coordinator takes over: everything is loaded from the log.</summary>
    public void Reload(bool resumes = true)
    {
        Coordinator.OnResignation(0, ++_epoch);
        Coordinator.OnElection(0, ++_epoch);
        if (resumes)
            Advance(0);
    }

    public async Task<(ErrorCode Error, long Id, short Epoch)> Init(
        string id = Id, int timeout = Timeout, long producerId = -1, short epoch = -1, bool enable2Pc = false, bool keepPrepared = false)
    {
        var response = await Coordinator.Producers.InitializeAsync(new InitProducerIdRequest
        {
            TransactionalId = id,
            TransactionTimeoutMs = timeout,
            ProducerId = producerId,
            ProducerEpoch = epoch,
            Enable2Pc = enable2Pc,
            KeepPreparedTxn = keepPrepared,
        }).Soon();
        return (response.ErrorCode, response.ProducerId, response.ProducerEpoch);
    }

    /// <summary>Adds partitions as a client of a version of transactions does, itself or by its broker.</summary>
    public Task<ErrorCode> Add(long producerId, short epoch, short version = 2, string id = Id, params TopicPartition[] partitions) =>
        Coordinator.Producers.AddAsync(id, producerId, epoch, partitions.Length == 0 ? [P0] : partitions, new TransactionVersion(version));

    public Task<ErrorCode[]> Verify(long producerId, short epoch, params TopicPartition[] partitions) =>
        Coordinator.Producers.VerifyAsync(Id, producerId, epoch, partitions.Length == 0 ? [P0] : partitions);

    public async Task<(ErrorCode Error, long Id, short Epoch)> End(
        long producerId, short epoch, bool commit = true, short version = 2, string id = Id)
    {
        var request = new EndTxnRequest { TransactionalId = id, ProducerId = producerId, ProducerEpoch = epoch, Committed = commit };
        var response = await Coordinator.Producers.EndAsync(request, (short)(version >= 2 ? 5 : 4)).Soon();
        return (response.ErrorCode, response.ProducerId, response.ProducerEpoch);
    }

    public async Task<DescribeTransactionsResponse.TransactionStateData> Describe(string id = Id) =>
        await Coordinator.Administration.DescribeAsync(id).Soon();

    public async Task<string> State() => (await Describe()).TransactionState;

    public async Task<string[]> List(
        string[]? states = null, long[]? producers = null, long duration = -1, string? pattern = null)
    {
        var response = await ListAll(states, producers, duration, pattern);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        return [.. response.TransactionStates.Select(state => state.TransactionalId).Order(StringComparer.Ordinal)];
    }

    public Task<ListTransactionsResponse> ListAll(
        string[]? states = null, long[]? producers = null, long duration = -1, string? pattern = null) =>
        Coordinator.Administration.ListAsync(new ListTransactionsRequest
        {
            StateFilters = [.. states ?? []],
            ProducerIdFilters = [.. producers ?? []],
            DurationFilter = duration,
            TransactionalIdPattern = pattern,
        });

    public ValueTask DisposeAsync() => Coordinator.DisposeAsync();

    private ValueTask<(ErrorCode Error, long ProducerId)> NextProducerIdAsync() =>
        new(ProducerIdError == ErrorCode.None ? (ErrorCode.None, 1000 + _nextProducerId++) : (ProducerIdError, -1));
}
