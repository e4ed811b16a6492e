using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// Runs commands in the shard of a group; every failure becomes an error code of the response. Safe for use from any thread.
/// </summary>
internal sealed class GroupShards(CoordinatorRuntime<GroupShard, GroupRecord> runtime, ILogger log)
{
    private volatile int _partitionCount;

    /// <summary>Whether requests are served: from <see cref="Start"/> to <see cref="Stop"/>.</summary>
    public bool IsActive => _partitionCount > 0;

    public int PartitionCount => _partitionCount;

    /// <summary>The shards of this broker.</summary>
    public IEnumerable<ShardHost<GroupShard, GroupRecord>> All => runtime.Shards;

    public void Start(int partitionCount) => _partitionCount = partitionCount;

    public void Stop() => _partitionCount = 0;

    /// <summary>Runs a command in the shard of a group.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="name">The command's name in logs.</param>
    /// <param name="command">The command.</param>
    /// <param name="refuse">Makes the response to an error.</param>
    /// <param name="mayBeEmpty">Whether the empty group id is valid.</param>
    public Task<T> WriteAsync<T>(
        string groupId, string name, Func<GroupShard, CommandResult<GroupRecord, T>> command, Func<ErrorCode, T> refuse,
        bool mayBeEmpty = false) =>
        RunAsync(groupId, name, shard => shard.WriteAsync(name, command), refuse, mayBeEmpty);

    /// <summary>Runs a command whose response may come from a later command.</summary>
    public Task<T> WriteDelayedAsync<T>(
        string groupId, string name, Func<GroupShard, DelayedResponse<T>, CommandResult<GroupRecord>> command, Func<ErrorCode, T> refuse) =>
        RunAsync(groupId, name, shard => shard.WriteDelayedAsync(name, command), refuse, mayBeEmpty: false);

    /// <summary>Verifies a transaction and runs a command in the shard of a group whose records belong to it.</summary>
    public Task<T> WriteInTransactionAsync<T>(
        string groupId, string name, TransactionIdentity transaction, Func<GroupShard, CommandResult<GroupRecord, T>> command,
        Func<ErrorCode, T> refuse) =>
        RunAsync(groupId, name, shard => shard.WriteInTransactionAsync(name, transaction, command), refuse, mayBeEmpty: false);

    /// <summary>Writes and applies the marker that ends a producer's transaction in one partition.</summary>
    public async Task<ErrorCode> EndTransactionAsync(int partition, ProducerIdentity producer, TransactionEnd end)
    {
        if (!IsActive)
            return ErrorCode.CoordinatorNotAvailable;
        if (runtime.Find(partition) is not { } shard)
            return ErrorCode.NotCoordinator;
        const string Name = "end-transaction";
        try
        {
            await shard.EndTransactionAsync(producer, end);
            return ErrorCode.None;
        }
        catch (StateMachineException e)
        {
            return e.ErrorCode;
        }
#pragma warning disable CA1031 // A fault in one request must not affect others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.OperationFailed(Name, e);
            return ErrorCode.UnknownServerError;
        }
    }

    private async Task<T> RunAsync<T>(
        string groupId, string name, Func<ShardHost<GroupShard, GroupRecord>, Task<T>> run, Func<ErrorCode, T> refuse, bool mayBeEmpty)
    {
        var partitionCount = _partitionCount;
        if (partitionCount == 0)
            return refuse(ErrorCode.CoordinatorNotAvailable);
        if (groupId.Length == 0 && !mayBeEmpty)
            return refuse(ErrorCode.InvalidGroupId);
        if (runtime.Find(JavaString.PartitionFor(groupId, partitionCount)) is not { } shard)
            return refuse(ErrorCode.NotCoordinator);
        try
        {
            return await run(shard);
        }
        catch (StateMachineException e)
        {
            return refuse(CoordinatorErrors.OfOperation(e.ErrorCode));
        }
#pragma warning disable CA1031 // A fault in one request must not affect others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.OperationFailed(name, e);
            return refuse(ErrorCode.UnknownServerError);
        }
    }
}
