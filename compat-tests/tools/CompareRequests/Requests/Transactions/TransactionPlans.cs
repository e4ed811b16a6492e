using System.Text.RegularExpressions;

namespace CompareRequests.Requests.Transactions;

/// <summary>The requests of producers, brokers and administrators to a transactional id in each of its states.</summary>
internal static class TransactionPlans
{
    // Apache Kafka leaves a request without a response where a partition is named twice, or one of two markers has no known partition.
    private static readonly Regex s_unanswered = new(@"beside a valid one$|\[0, 0\]|(@fresh.*){2}");

    // What is in the logs of the coordinators depends on time.
    private static readonly Regex s_internal = new(@"Topics\[0\]\.(Name|Topic) = ""__");

    /// <summary>In the states that clients bring about.</summary>
    public static readonly ApiPlan[] List = [.. In(TransactionStates.List), .. TransactionQueries.List];

    public static readonly ApiPlan[] LastEpoch = In(TransactionStates.LastEpoch);

    public static readonly ApiPlan[] Expired = In(TransactionStates.Expired);

    private static ApiPlan[] In(TransactionState[] states) =>
    [
        .. from api in Apis()
           from state in states
           select new ApiPlan(api.Key, [.. api.Select(request => ($"{state.Name}: {request.Name}", request.Json))])
           {
               Before = state.Before,
               After = state.After,
               IsIndependent = true,
               LeastTransactionVersion = state.LeastLevel,
               Suffix = state.Suffix,
               IsMutated = false,
           },
        .. from state in states
           where state.IsMutated
           from request in ProducerRequests.List.Concat(PartitionRequests.List)
           where request.IsMutated
           select new ApiPlan(request.Api, ($"{state.Name}, changed: {request.Name}", request.Json))
           {
               Before = state.Before,
               After = state.After,
               IsIndependent = true,
               LeastTransactionVersion = state.LeastLevel,
               Excluded = request.Api switch
               {
                   "WriteTxnMarkers" => s_unanswered,
                   "ListOffsets" or "Fetch" => s_internal,
                   _ => null,
               },
           },
        .. TransactionQueries.In(states),
    ];

    private static IEnumerable<IGrouping<string, TransactionRequest>> Apis() =>
        ProducerRequests.List.Concat(PartitionRequests.List).GroupBy(request => request.Api, StringComparer.Ordinal);
}
