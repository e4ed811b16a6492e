using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.TransactionService;

/// <summary>
/// The transactional ids of one partition of <c>__transaction_state</c>: the state, and the operations on it. Used on the shard's event
/// loop, and by one loading thread before that.
/// </summary>
internal sealed class TransactionShard : ICoordinatorShard<TransactionRecord>
{
    private readonly TransactionContext _context;
    private readonly TransactionCleanup _cleanup;

    public TransactionShard(
        ShardContext<TransactionRecord> shard, TransactionCoordinatorConfig config, ITransactionMarkerSender sender,
        Func<TopicPartition, bool> partitionExists, ProducerIdSource producerIds)
    {
        _context = new TransactionContext(shard, config);
        Markers = new MarkerDelivery(_context, sender, partitionExists);
        Ender = new TransactionEnder(_context, Markers);
        Initializer = new ProducerInitializer(_context, Ender);
        Adder = new PartitionAdder(_context);
        Queries = new TransactionQueries(_context, Markers);
        _cleanup = new TransactionCleanup(_context, Ender, producerIds);
    }

    public ProducerInitializer Initializer { get; }

    public PartitionAdder Adder { get; }

    public TransactionEnder Ender { get; }

    public MarkerDelivery Markers { get; }

    public TransactionQueries Queries { get; }

    public void Replay(long offset, ProducerIdentity producer, TransactionRecord record) => _context.Table.Replay(record);

    public void ReplayTransactionEnd(ProducerIdentity producer, bool committed)
    {
        // Nothing in this topic is part of a transaction.
    }

    public void OnLoaded(MetadataImage image)
    {
        _context.ClusterVersion = TransactionVersion.Of(image);
        _cleanup.Start();
        Markers.Resume();
    }

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image) => _context.ClusterVersion = TransactionVersion.Of(image);

    public void OnUnloaded()
    {
        _cleanup.Stop();
        Markers.Stop();
    }
}
