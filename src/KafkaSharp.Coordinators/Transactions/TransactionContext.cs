using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>What the operations of one shard have in common. Used on the shard's event loop.</summary>
internal sealed class TransactionContext(ShardContext<TransactionRecord> shard, TransactionCoordinatorConfig config)
{
    public TransactionCoordinatorConfig Config { get; } = config;

    public TransactionTable Table { get; } = new(shard.Undo);

    /// <summary>The level <c>transaction.version</c> of the cluster.</summary>
    public TransactionVersion ClusterVersion { get; set; }

    public TimeProvider Time => shard.Time;

    /// <summary>Milliseconds since 1970.</summary>
    public long NowMs => shard.NowMs;

    public int Partition => shard.Partition;

    /// <summary>The epoch in which this broker leads the partition.</summary>
    public int LeaderEpoch => shard.LeaderEpoch;

    public ILogger Log => shard.Log;

    /// <summary>
    /// Whether the cluster's version can store a state. A client of version 2 in a cluster of version 0 is refused with
    /// UNSUPPORTED_VERSION.
    /// </summary>
    public bool CanStore(TransactionMetadata next) => next.ClientVersion.LogValueVersion <= ClusterVersion.LogValueVersion;

    /// <summary>Writes a transition. Until it is committed, the id admits no other one.</summary>
    /// <param name="next">The state that follows.</param>
    /// <param name="onCompleted">Called on the loop as in <see cref="CommandResult{TRecord}.OnCompleted"/>.</param>
    public CommandResult<TransactionRecord> Write(TransactionMetadata next, Action<ErrorCode>? onCompleted = null)
    {
        var id = next.TransactionalId;
        // A transaction that began before the cluster's version was lowered is still stored whole.
        var version = Math.Max(ClusterVersion.LogValueVersion, next.ClientVersion.LogValueVersion);
        Table.BeginWrite(id);
        return new CommandResult<TransactionRecord>([new TransactionRecord(id, next, version)], error =>
        {
            Table.EndWrite(id);
            onCompleted?.Invoke(error);
        });
    }

    public ShardTimer<TransactionRecord> NewTimer(string name) => shard.NewTimer(name);

    /// <inheritdoc cref="ShardContext{TRecord}.Post"/>
    public void Post(string name, Func<CommandResult<TransactionRecord>> command) => shard.Post(name, command);
}
