using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol.Records;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.TransactionService;

/// <summary>
/// The transaction coordinator (Kafka's <c>TransactionCoordinator</c>): producers, open transactions and their ends. The state of a
/// transactional id is in one partition of <c>__transaction_state</c> and is served by the broker that leads it. Requests go to
/// <see cref="Producers"/> and <see cref="Administration"/>. All members may be called from any thread.
/// </summary>
public sealed class TransactionCoordinator : IPartitionedCoordinator, IAsyncDisposable
{
    private readonly TransactionShards _shards;

    /// <param name="storage">The partitions of <c>__transaction_state</c>.</param>
    /// <param name="cluster">What the coordinator needs of the cluster.</param>
    /// <param name="config">Timeouts and limits.</param>
    /// <param name="time">The clock of every timeout.</param>
    /// <param name="log">Receives log messages.</param>
    /// <param name="scheduler">
    /// Runs the loops' work; the thread pool unless a simulation decides the order, in which case loads run inline.
    /// </param>
    public TransactionCoordinator(
        ICoordinatorStorage storage, TransactionCluster cluster, TransactionCoordinatorConfig config, TimeProvider time, ILogger log,
        Action<IThreadPoolWorkItem>? scheduler = null)
    {
        var options = new CoordinatorRuntimeOptions
        {
            Name = "transaction-coordinator",
            Topic = TransactionStateTopic.Name,
            WriteTimeout = TransactionCoordinatorConfig.WriteTimeout,
            LoadBufferSize = config.LoadBufferSize,
            BaseSequence = RecordBatchHeader.NoSequence,
        };
        var runtime = new CoordinatorRuntime<TransactionShard, TransactionRecord>(
            options, storage, TransactionRecordSerde.Instance,
            shard => new TransactionShard(shard, config, cluster.Markers, cluster.PartitionExists, cluster.ProducerIds), time, log,
            scheduler);
        _shards = new TransactionShards(runtime, cluster.ProducerIds, log);
        Producers = new TransactionProducers(_shards, config, time);
        Administration = new TransactionAdministration(_shards);
    }

    /// <summary>Requests of producers, and of brokers for them.</summary>
    public TransactionProducers Producers { get; }

    /// <summary>ListTransactions and DescribeTransactions.</summary>
    public TransactionAdministration Administration { get; }

    public void Start(int partitionCount) => _shards.Start(partitionCount);

    public int? PartitionFor(string id) => _shards.PartitionFor(id);

    public void OnElection(int partition, int leaderEpoch) => _shards.OnElection(partition, leaderEpoch);

    public void OnResignation(int partition, int? leaderEpoch) => _shards.OnResignation(partition, leaderEpoch);

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image) => _shards.OnMetadataUpdate(delta, image);

    /// <summary>Unloads every shard.</summary>
    public ValueTask DisposeAsync() => _shards.DisposeAsync();
}
