using KafkaSharp.Coordinators.Patterns;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.TransactionService;

/// <summary>
/// ListTransactions and DescribeTransactions. Errors are values in the responses; the tasks do not fail. Safe for use from any thread.
/// </summary>
public sealed class TransactionAdministration
{
    private readonly TransactionShards _shards;

    internal TransactionAdministration(TransactionShards shards) => _shards = shards;

    /// <summary>
    /// The transactional ids of all shards of this broker. Refused while one of them loads, because the list would be incomplete.
    /// </summary>
    public async Task<ListTransactionsResponse> ListAsync(ListTransactionsRequest request)
    {
        if (!_shards.IsActive)
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
        var (error, listed) = await _shards.ListAsync("list-transactions", shard => shard.Queries.List(filter));
        if (error != ErrorCode.None)
            return new ListTransactionsResponse { ErrorCode = error };
        response.TransactionStates = listed;
        return response;
    }

    /// <summary>The state of one transactional id.</summary>
    public Task<DescribeTransactionsResponse.TransactionStateData> DescribeAsync(string transactionalId)
    {
        if (_shards.IsActive && transactionalId.Length == 0)
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
