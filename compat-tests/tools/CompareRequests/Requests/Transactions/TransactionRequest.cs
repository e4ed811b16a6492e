namespace CompareRequests.Requests.Transactions;

/// <summary>A request that is sent in each state. Those that are valid are also changed field by field.</summary>
internal sealed record TransactionRequest(string Api, string Name, string Json, bool IsMutated = false);
