using System.Collections.Concurrent;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// Runs the shards of one kind of coordinator: one for each partition of its topic that this broker leads (Kafka's
/// <c>CoordinatorRuntime</c>). It knows nothing of what the shards coordinate. Elections and resignations of one partition take effect in
/// the order of the calls, each after the one before has ended: a shard is loaded only when its predecessor cannot write any more. All
/// members may be called from any thread.
/// </summary>
internal sealed class CoordinatorRuntime<TShard, TRecord> : IAsyncDisposable
    where TShard : class, ICoordinatorShard<TRecord>
    where TRecord : class
{
    /// <summary>How many shards are loaded at a time, each on its own thread.</summary>
    private const int ConcurrentLoads = 2;

    private readonly TimeProvider _time;
    private readonly Action<IThreadPoolWorkItem>? _scheduler;
    private readonly Func<ShardContext<TRecord>, TShard> _newShard;
    private readonly ConcurrentDictionary<int, ShardHost<TShard, TRecord>> _shards = new();
    private readonly Dictionary<int, Term> _terms = [];
    private readonly SemaphoreSlim _loads = new(ConcurrentLoads);
    private readonly Lock _gate = new();
    private volatile MetadataImage _image = MetadataImage.Empty;

    /// <param name="options">Names, timeouts and limits.</param>
    /// <param name="storage">The partitions that hold the records.</param>
    /// <param name="serde">Encodes and decodes records.</param>
    /// <param name="newShard">Makes an empty shard.</param>
    /// <param name="time">The clock of every timeout.</param>
    /// <param name="logger">Receives log messages.</param>
    /// <param name="scheduler">
    /// Runs the loops' work; the thread pool unless a simulation decides the order, in which case loads run inline.
    /// </param>
    public CoordinatorRuntime(
        CoordinatorRuntimeOptions options, ICoordinatorStorage storage, ICoordinatorRecordSerde<TRecord> serde,
        Func<ShardContext<TRecord>, TShard> newShard, TimeProvider time, ILogger logger, Action<IThreadPoolWorkItem>? scheduler = null)
    {
        Options = options;
        Storage = storage;
        Serde = serde;
        Logger = logger;
        _newShard = newShard;
        _time = time;
        _scheduler = scheduler;
    }

    public CoordinatorRuntimeOptions Options { get; }

    /// <summary>The shards that are loading or loaded.</summary>
    public IEnumerable<ShardHost<TShard, TRecord>> Shards => _shards.Values;

    internal ICoordinatorStorage Storage { get; }

    internal ICoordinatorRecordSerde<TRecord> Serde { get; }

    internal ILogger Logger { get; }

    /// <summary>The newest metadata.</summary>
    internal MetadataImage Image => _image;

    /// <summary>The shard of a partition; null when this broker does not lead it.</summary>
    public ShardHost<TShard, TRecord>? Find(int partition) => _shards.GetValueOrDefault(partition);

    /// <summary>
    /// This broker leads the partition as of an epoch: loads its shard in the background. An epoch that is not newer than the known one is
    /// ignored. A running shard only receives the new epoch; a failed one is discarded and reloaded.
    /// </summary>
    public void OnElection(int partition, int leaderEpoch)
    {
        lock (_gate)
        {
            var term = _terms.GetValueOrDefault(partition, Term.None);
            if (leaderEpoch <= term.Epoch)
                return;
            var before = term.Last;
            if (_shards.TryGetValue(partition, out var known))
            {
                if (!known.HasFailed)
                {
                    _terms[partition] = term with { Epoch = leaderEpoch };
                    known.RaiseEpoch(leaderEpoch);
                    return;
                }
                before = Task.WhenAll(before, known.DisposeAsync().AsTask());
            }
            Load(partition, leaderEpoch, before);
        }
    }

    /// <summary>
    /// This broker does not lead the partition any more, as of an epoch or, without one, because it has no replica of it any more: unloads
    /// the shard in the background.
    /// </summary>
    public void OnResignation(int partition, int? leaderEpoch)
    {
        lock (_gate)
        {
            var term = _terms.GetValueOrDefault(partition, Term.None);
            if (leaderEpoch < term.Epoch)
                return;
            // A topic that is created again counts its epochs from the beginning.
            var epoch = leaderEpoch ?? Term.None.Epoch;
            // Unloading ends a load that still runs, so it must not wait for it.
            _terms[partition] = _shards.TryRemove(partition, out var shard)
                ? new Term(epoch, Task.WhenAll(term.Last, shard.DisposeAsync().AsTask()))
                : term with { Epoch = epoch };
        }
    }

    /// <summary>Delivers a change of the cluster's metadata to every shard. Calls come one after another.</summary>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        _image = image;
        foreach (var shard in _shards.Values)
            shard.OnMetadataUpdate(delta, image);
    }

    /// <summary>Unloads every shard and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var partition in _shards.Keys)
            OnResignation(partition, null);
        Task[] last;
        lock (_gate)
            last = [.. _terms.Values.Select(term => term.Last)];
        await Task.WhenAll(last);
        _loads.Dispose();
    }

    /// <summary>Runs work of a shard outside its event loop: on the thread pool, or where a simulation decides.</summary>
    internal void RunInBackground(Action work)
    {
        var item = new BackgroundWork(work);
        if (_scheduler is not null)
            _scheduler(item);
        else
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
    }

    internal EventLoop NewLoop(int partition) => new($"{Options.Name}-{partition}", _time, Logger, _scheduler);

    internal TShard NewShard(ShardContext<TRecord> context) => _newShard(context);

    /// <summary>
    /// Loads a shard on a dedicated thread, because reading from disk must not block the thread pool. Returns the end offset.
    /// </summary>
    internal async Task<long> RunLoadAsync(
        ICoordinatorPartition partition, CoordinatorLoader<TRecord> loader, CancellationToken cancellation)
    {
        // An empty partition is served at once: the metadata must not wait for others to be read.
        if (partition.LogStartOffset == partition.LogEndOffset)
            return partition.LogEndOffset;
        if (_scheduler is not null)
            return loader.Load(Options.LoadBufferSize, cancellation);
        await _loads.WaitAsync(cancellation);
        try
        {
            return await Task.Factory.StartNew(
                () => loader.Load(Options.LoadBufferSize, cancellation), cancellation, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
        finally
        {
            _loads.Release();
        }
    }

    /// <summary>A shard's state does not agree with its log any more: discards it and loads another one in the same epoch.</summary>
    internal void Reload(ShardHost<TShard, TRecord> failed)
    {
        lock (_gate)
        {
            if (!_shards.TryGetValue(failed.Partition, out var known) || known != failed)
                return;
            var term = _terms[failed.Partition];
            Load(failed.Partition, term.Epoch, Task.WhenAll(term.Last, failed.DisposeAsync().AsTask()));
        }
    }

    private void Load(int partition, int leaderEpoch, Task before)
    {
        var shard = new ShardHost<TShard, TRecord>(this, partition, leaderEpoch);
        _shards[partition] = shard;
        _terms[partition] = new Term(leaderEpoch, AfterAsync(before, shard.LoadAsync));
    }

    private static async Task AfterAsync(Task before, Func<Task> next)
    {
        await before;
        await next();
    }

    /// <summary>The newest known epoch of a partition, and the last operation that was started for it.</summary>
    private readonly record struct Term(int Epoch, Task Last)
    {
        public static Term None { get; } = new(-1, Task.CompletedTask);
    }
}
