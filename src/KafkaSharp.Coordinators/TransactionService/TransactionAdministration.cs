using KafkaSharp.Coordinators.Patterns;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.TransactionService;

/// <summary>
/// ListTransactions and DescribeTransactions. Errors are values in the responses; the tasks do not fail. Safe for use from any thread.
/// </summary>
public sealed class TransactionAdministration
{
    private readonly TransactionShards _shards;
    private readonly ILogger _log;

    internal TransactionAdministration(TransactionShards shards, ILogger log)
    {
        _shards = shards;
        _log = log;
    }

    /// <summary>
    /// The transactional ids of all shards of this broker. Refused while one of them loads, because the list would be incomplete.
    /// </summary>
    public async Task<ListTransactionsResponse> ListAsync(ListTransactionsRequest request)
    {
        if (_shards.PartitionCount == 0)
            return new ListTransactionsResponse { ErrorCode = ErrorCode.CoordinatorNotAvailable };
        var pattern = string.IsNullOrEmpty(request.TransactionalIdPattern) ? null : Re2Pattern.Compile(request.TransactionalIdPattern);
        if (pattern is null && !string.IsNullOrEmpty(request.TransactionalIdPattern))
            return new ListTransactionsResponse { ErrorCode = ErrorCode.InvalidRegularExpression };
        var response = new ListTransactionsResponse();
        var filter = new TransactionFilter
        {
            ProducerIds = request.ProducerIdFilters.ToHashSet(),
            States = States(request.StateFilters, response.UnknownStateFilters),
            DurationMs = request.DurationFilter,
            IdPattern = pattern,
        };
        foreach (var shard in _shards.All)
        {
            try
            {
                response.TransactionStates.AddRange(await shard.ReadAsync("list-transactions", state => state.Queries.List(filter)));
            }
            catch (StateMachineException e) when (e.ErrorCode == ErrorCode.NotCoordinator)
            {
                // Another broker lists its ids now.
            }
            catch (StateMachineException e)
            {
                return new ListTransactionsResponse { ErrorCode = TransactionShards.ToResponse(e.ErrorCode) };
            }
#pragma warning disable CA1031 // A fault in one request must not affect others.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _log.OperationFailed("list-transactions", e);
                return new ListTransactionsResponse { ErrorCode = ErrorCode.UnknownServerError };
            }
        }
        return response;
    }

    /// <summary>The state of one transactional id.</summary>
    public Task<DescribeTransactionsResponse.TransactionStateData> DescribeAsync(string transactionalId)
    {
        if (_shards.PartitionCount > 0 && transactionalId.Length == 0)
            return Task.FromResult(Refuse(ErrorCode.InvalidRequest));
        return _shards.ReadAsync(
            transactionalId, "describe-transaction", shard => shard.Queries.Describe(transactionalId), Refuse);

        DescribeTransactionsResponse.TransactionStateData Refuse(ErrorCode error) =>
            new() { TransactionalId = transactionalId, ErrorCode = error };
    }

    private static HashSet<TransactionState>? States(List<string> names, List<string> unknown)
    {
        if (names.Count == 0)
            return null;
        var states = new HashSet<TransactionState>();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (TransactionStates.Find(name) is { } state)
                states.Add(state);
            else
                unknown.Add(name);
        }
        return states;
    }
}
