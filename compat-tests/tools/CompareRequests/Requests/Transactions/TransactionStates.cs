using static CompareRequests.Requests.Transactions.TransactionSteps;

namespace CompareRequests.Requests.Transactions;

/// <summary>The states of a transactional id and of its producer, as clients of both versions of the protocol bring them about.</summary>
internal static class TransactionStates
{
    // The level of transaction.version that a client of version 2 needs.
    private const int Second = 2;

    public static readonly TransactionState[] List =
    [
        new("unknown", [InitializeAnother]),
        new("empty", [Initialize]),
        new("recovered", [Initialize, Recover]),
        new("fenced", [Initialize, Fence]),
        new("partition added", [Initialize, Add]),
        new("written", [Initialize, Add, WriteAdded]),
        new("offsets added", [Initialize, AddOffsets]),
        new("offset written", [Initialize, AddOffsets, WriteAddedOffset]),
        new("written and fenced", [Initialize, Add, WriteAdded, Fence]),
        new("written and recovered", [Initialize, Add, WriteAdded, Recover]),
        new("ended in the partition", [Initialize, Add, WriteAdded, AbortInPartition]),
        new("topic deleted", [Initialize, Add, WriteAdded, DeleteTopic, SeeNoLeader]),
        new("committed", [Initialize, Add, WriteAdded, End(4, true), Await("CompleteCommit")]),
        new("aborted", [Initialize, Add, WriteAdded, End(4, false), Await("CompleteAbort")]),
        new("second transaction", [Initialize, Add, WriteAdded, End(4, true), Await("CompleteCommit"), Add]),
        new("timed out", [InitializeForAMillisecond, Add, Await("CompleteAbort")]),
        new("preparing to commit", [Initialize, Add, End(4, true)]) { IsUnwritable = true },
        new("preparing to abort", [Initialize, Add, End(4, false)]) { IsUnwritable = true },
        new("being fenced", [Initialize, Add, BeginToFence, Await("PrepareAbort")]) { IsUnwritable = true },
        new("timing out", [InitializeForAMillisecond, Add, Await("PrepareAbort")]) { IsUnwritable = true },

        new("written 2", [Initialize, Write]) { LeastLevel = Second, IsMutated = true },
        new("offset written 2", [Initialize, WriteOffset]) { LeastLevel = Second },
        new("written and fenced 2", [Initialize, Write, Fence]) { LeastLevel = Second },
        new("written and recovered 2", [Initialize, Write, Recover]) { LeastLevel = Second },
        new("committed 2", [Initialize, Write, WriteOffset, EndWithNewEpoch(true), Await("CompleteCommit")]) { LeastLevel = Second },
        new("aborted 2", [Initialize, Write, WriteOffset, EndWithNewEpoch(false), Await("CompleteAbort")]) { LeastLevel = Second },
        new("aborted empty 2", [Initialize, EndWithNewEpoch(false), Await("CompleteAbort")]) { LeastLevel = Second },
        new("committed 2, response lost", [Initialize, Write, WriteOffset, End(5, true), Await("CompleteCommit")]) { LeastLevel = Second },
        new("aborted 2, response lost", [Initialize, Write, WriteOffset, End(5, false), Await("CompleteAbort")]) { LeastLevel = Second },
        new("second transaction 2", [Initialize, Write, EndWithNewEpoch(true), Await("CompleteCommit"), Write]) { LeastLevel = Second },
        new("timed out 2", [InitializeForAMillisecond, AddByBroker, Await("CompleteAbort")]) { LeastLevel = Second },
        new("preparing to commit 2", [Initialize, AddByBroker, EndWithNewEpoch(true)]) { LeastLevel = Second, IsUnwritable = true },
        new("preparing to abort 2", [Initialize, AddByBroker, EndWithNewEpoch(false)]) { LeastLevel = Second, IsUnwritable = true },
        new("preparing to commit 2, response lost", [Initialize, AddByBroker, End(5, true)]) { LeastLevel = Second, IsUnwritable = true },
        new("preparing to abort 2, response lost", [Initialize, AddByBroker, End(5, false)]) { LeastLevel = Second, IsUnwritable = true },
        new("being fenced 2", [Initialize, AddByBroker, BeginToFence, Await("PrepareAbort")]) { LeastLevel = Second, IsUnwritable = true },
        new("timing out 2", [InitializeForAMillisecond, AddByBroker, Await("PrepareAbort")]) { LeastLevel = Second, IsUnwritable = true },
    ];
    /// <summary>
    /// The same for producers whose next epoch is the last that clients get (32766): ids of <see cref="LastEpochs"/>, which the log of the
    /// coordinator has already.
    /// </summary>
    public static readonly TransactionState[] LastEpoch =
    [
        .. new TransactionState[]
        {
            new("last epoch", [Initialize]),
            new("last epoch, recovered", [Initialize, Recover]),
            new("last epoch, fenced", [Initialize, Fence]),
            new("last epoch, written", [Initialize, Add, WriteAdded]),
            new("last epoch, written and fenced", [Initialize, Add, WriteAdded, Fence]),
            new("last epoch, written and recovered", [Initialize, Add, WriteAdded, Recover]),
            new("last epoch, committed", [Initialize, Add, WriteAdded, End(4, true), Await("CompleteCommit")]),
            new("last epoch, timed out", [InitializeForAMillisecond, Add, Await("CompleteAbort")]),
            new("last epoch, preparing to commit", [Initialize, Add, End(4, true)]) { IsUnwritable = true },
            new("last epoch, being fenced", [Initialize, Add, BeginToFence, Await("PrepareAbort")]) { IsUnwritable = true },
            new("last epoch, written 2", [Initialize, Write]) { LeastLevel = Second },
            new("last epoch, written and fenced 2", [Initialize, Write, Fence]) { LeastLevel = Second },
            new("last epoch, written and recovered 2", [Initialize, Write, Recover]) { LeastLevel = Second },
            new("last epoch, committed 2", [Initialize, Write, WriteOffset, EndWithNewEpoch(true), Await("CompleteCommit")])
            {
                LeastLevel = Second,
            },
            new("last epoch, aborted 2", [Initialize, Write, WriteOffset, EndWithNewEpoch(false), Await("CompleteAbort")])
            {
                LeastLevel = Second,
            },
            new("last epoch, aborted empty 2", [Initialize, EndWithNewEpoch(false), Await("CompleteAbort")]) { LeastLevel = Second },
            new("last epoch, committed 2, response lost", [Initialize, Write, End(5, true), Await("CompleteCommit")])
            {
                LeastLevel = Second,
            },
            new("last epoch, timed out 2", [InitializeForAMillisecond, AddByBroker, Await("CompleteAbort")]) { LeastLevel = Second },
            new("last epoch, preparing to commit 2", [Initialize, AddByBroker, EndWithNewEpoch(true)])
            {
                LeastLevel = Second, IsUnwritable = true,
            },
            new("last epoch, preparing to abort 2, response lost", [Initialize, AddByBroker, End(5, false)])
            {
                LeastLevel = Second, IsUnwritable = true,
            },
            new("last epoch, being fenced 2", [Initialize, AddByBroker, BeginToFence, Await("PrepareAbort")])
            {
                LeastLevel = Second, IsUnwritable = true,
            },
        }.Select(state => state with { Suffix = LastEpochs.Suffix }),
    ];

    /// <summary>The same where the coordinator forgets ids after a second (transactional.id.expiration.ms).</summary>
    public static readonly TransactionState[] Expired =
    [
        new("expired", [Initialize, AwaitExpiry]),
        new("expired and initialized", [Initialize, AwaitExpiry, Fence]),
        new("expired, committed", [Initialize, Add, WriteAdded, End(4, true), Await("CompleteCommit"), AwaitExpiry]),
        new("expired, aborted", [Initialize, Add, WriteAdded, End(4, false), Await("CompleteAbort"), AwaitExpiry]),
        new("expired, fenced", [Initialize, Add, WriteAdded, Fence, AwaitExpiry]),
        new("expired, timed out", [InitializeForAMillisecond, Add, Await("CompleteAbort"), AwaitExpiry]),
        new("expired, committed 2", [Initialize, Write, WriteOffset, EndWithNewEpoch(true), Await("CompleteCommit"), AwaitExpiry])
        {
            LeastLevel = Second,
        },
        new("expired, aborted 2, response lost", [Initialize, Write, End(5, false), Await("CompleteAbort"), AwaitExpiry])
        {
            LeastLevel = Second,
        },
    ];
}
