using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.StateMachines;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Runtime;

/// <summary>
/// The runtime with toy shards, on one thread and a clock that a test moves: commands run inside the call that sends them, timers inside
/// <see cref="Advance"/>.
/// </summary>
internal sealed class RuntimeHarness : IAsyncDisposable
{
    private long _metadataOffset;

    public RuntimeHarness(TimeSpan? linger = null, int leaderEpoch = 1)
    {
        Runtime = new CoordinatorRuntime<KeyValueShard, KeyValueRecord>(
            new CoordinatorRuntimeOptions
            {
                Name = "toy", Topic = "__toy", WriteTimeout = TimeSpan.FromSeconds(5), AppendLinger = linger,
            },
            Storage, new KeyValueSerde(),
            context =>
            {
                var shard = new KeyValueShard(context);
                Shards.Add(shard);
                return shard;
            },
            Time, Logger, item => item.Execute());
        if (leaderEpoch >= 0)
            Runtime.OnElection(0, leaderEpoch);
    }

    public ManualTimeProvider Time { get; } = new();

    public CollectingLogger Logger { get; } = new();

    public MemoryCoordinatorStorage Storage { get; } = new();

    public CoordinatorRuntime<KeyValueShard, KeyValueRecord> Runtime { get; }

    /// <summary>Every shard that was made, the newest last.</summary>
    public List<KeyValueShard> Shards { get; } = [];

    public KeyValueShard Shard => Shards[^1];

    public ShardHost<KeyValueShard, KeyValueRecord> Host => Runtime.Find(0)!;

    public static ProducerIdentity Producer(long id) => new(id, 3);

    public void Advance(double milliseconds) => Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    public Task<bool> Set(string key, string? value) => Write(new KeyValueRecord(key, value));

    public Task<bool> Write(params KeyValueRecord[] records) =>
        Host.WriteAsync("set", _ => new CommandResult<KeyValueRecord, bool>(records, true, IsAtomic: true));

    public Task<bool> WriteSplit(params KeyValueRecord[] records) =>
        Host.WriteAsync("set", _ => new CommandResult<KeyValueRecord, bool>(records, true));

    public Task<bool> SetInTransaction(long producerId, string key, string? value) => Host.WriteInTransactionAsync(
        "set", new TransactionIdentity("transaction", producerId, 3, 5),
        _ => new CommandResult<KeyValueRecord, bool>([new KeyValueRecord(key, value)], true));

    public Task End(long producerId, bool committed) =>
        Host.EndTransactionAsync(Producer(producerId), new TransactionEnd(committed, CoordinatorEpoch: 7, TransactionVersion: 2));

    public Task<string?> Get(string key) => Host.ReadAsync("get", shard => shard.Get(key));

    public Task<string> Dump() => Host.ReadAsync("dump", shard => shard.Dump());

    /// <summary>Runs other commands while the loop is busy, so that they queue up behind this one.</summary>
    public Task<bool> WhileBusy(Action commands, params KeyValueRecord[] records) => Host.WriteAsync("busy", _ =>
    {
        commands();
        return new CommandResult<KeyValueRecord, bool>(records, true);
    });

    public void PublishMetadata()
    {
        var delta = new MetadataDelta(MetadataImage.Empty);
        Runtime.OnMetadataUpdate(delta, delta.Apply(new MetadataProvenance(++_metadataOffset, 1, 0)));
    }

    public ValueTask DisposeAsync() => Runtime.DisposeAsync();
}
