namespace CompareRequests.Requests.Transactions;

/// <summary>A state of a transactional id, and the steps that lead to it. A name with 2 is that of a client of version 2.</summary>
internal sealed record TransactionState(string Name, Step[] Steps)
{
    /// <summary>The level of <c>transaction.version</c> from which on the state can be reached.</summary>
    public int LeastLevel { get; init; }

    /// <summary>No marker can be written to the topic, so a transaction that has been ended stays prepared.</summary>
    public bool IsUnwritable { get; init; }

    /// <summary>The fields of the requests are changed one by one too, as in the plans of other APIs.</summary>
    public bool IsMutated { get; init; }

    /// <summary>What follows the number in the transactional ids of the state.</summary>
    public string Suffix { get; init; } = "";

    public Step[] Before =>
    [
        .. IsUnwritable ? s_createUnwritableTopic : s_createTopic, Requests.Steps.SeeLeader, TransactionSteps.SeeSecondLeader,
        TransactionSteps.FindCoordinator, .. Steps,
    ];

    /// <summary>What is observed afterwards, also of the end of a transaction that was prepared.</summary>
    public Step[] After => IsUnwritable ? [.. s_observed, TransactionSteps.MakeTopicWritable, .. s_observed] : s_observed;

    private static readonly Step[] s_createTopic = [Requests.Steps.CreateTopic];

    private static readonly Step[] s_createUnwritableTopic = [Requests.Steps.RegisterBroker, TransactionSteps.CreateUnwritableTopic];

    private static readonly Step[] s_observed =
        [TransactionSteps.Describe, Requests.Steps.Offsets, TransactionSteps.Producers, TransactionSteps.StableEnd];
}
