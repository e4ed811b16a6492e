using System.Text.RegularExpressions;

namespace CompareRequests.Requests.Transactions;

/// <summary>The requests of producers, brokers and administrators to a transactional id in each of its states.</summary>
internal static class TransactionPlans
{
    // Apache Kafka leaves a request without a response where a partition is named twice, or one of two markers has no known partition.
    private static readonly Regex s_unanswered = new(@"beside a valid one$|\[0, 0\]|(@fresh.*){2}");

    // What is in the logs of the coordinators depends on time.
    private static readonly Regex s_internal = new(@"Topics\[0\]\.(Name|Topic) = ""__");

    public static readonly ApiPlan[] List =
    [
        .. from api in Apis()
           from state in TransactionStates.List
           select new ApiPlan(api.Key, [.. api.Select(request => ($"{state.Name}: {request.Name}", request.Json))])
           {
               Before = state.Before,
               After = state.After,
               IsIndependent = true,
               LeastTransactionVersion = state.LeastLevel,
               IsMutated = false,
           },
        .. from state in TransactionStates.List
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
        .. TransactionQueries.List,
    ];

    private static IEnumerable<IGrouping<string, TransactionRequest>> Apis() =>
        ProducerRequests.List.Concat(PartitionRequests.List).GroupBy(request => request.Api, StringComparer.Ordinal);
}
