using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>The shards of the group coordinator. Safe for use from any thread.</summary>
internal sealed class GroupShards(CoordinatorRuntime<GroupShard, GroupRecord> runtime, ILogger log)
    : CoordinatorShards<GroupShard, GroupRecord>(runtime, log)
{
    /// <summary>Runs a command in the shard of a group.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="name">The command's name in logs.</param>
    /// <param name="command">The command.</param>
    /// <param name="refuse">Makes the response to an error.</param>
    /// <param name="mayBeEmpty">Whether the empty group id is valid.</param>
    public Task<T> WriteAsync<T>(
        string groupId, string name, Func<GroupShard, CommandResult<GroupRecord, T>> command, Func<ErrorCode, T> refuse,
        bool mayBeEmpty = false) =>
        mayBeEmpty
            ? RunAsync(groupId, name, shard => shard.WriteAsync(name, command), refuse)
            : RunInGroupAsync(groupId, name, shard => shard.WriteAsync(name, command), refuse);

    /// <summary>Runs a command whose response may come from a later command.</summary>
    public Task<T> WriteDelayedAsync<T>(
        string groupId, string name, Func<GroupShard, DelayedResponse<T>, CommandResult<GroupRecord>> command, Func<ErrorCode, T> refuse) =>
        RunInGroupAsync(groupId, name, shard => shard.WriteDelayedAsync(name, command), refuse);

    /// <summary>Verifies a transaction and runs a command in the shard of a group whose records belong to it.</summary>
    public Task<T> WriteInTransactionAsync<T>(
        string groupId, string name, TransactionIdentity transaction, Func<GroupShard, CommandResult<GroupRecord, T>> command,
        Func<ErrorCode, T> refuse) =>
        RunInGroupAsync(groupId, name, shard => shard.WriteInTransactionAsync(name, transaction, command), refuse);

    /// <summary>Writes and applies the marker that ends a producer's transaction in one partition.</summary>
    public Task<ErrorCode> EndTransactionAsync(int partition, ProducerIdentity producer, TransactionEnd end) => RunAsync(
        partition, "end-transaction",
        async shard =>
        {
            await shard.EndTransactionAsync(producer, end);
            return ErrorCode.None;
        },
        error => error);

    protected override ErrorCode ToResponse(ErrorCode error) => CoordinatorErrors.OfOperation(error);

    /// <summary>The same for requests in which the empty group id is invalid.</summary>
    private Task<T> RunInGroupAsync<T>(
        string groupId, string name, Func<ShardHost<GroupShard, GroupRecord>, Task<T>> run, Func<ErrorCode, T> refuse) =>
        groupId.Length == 0 && IsActive ? Task.FromResult(refuse(ErrorCode.InvalidGroupId)) : RunAsync(groupId, name, run, refuse);
}
