namespace KafkaSharp.Coordinators.Transactions;

/// <summary>The state of a transactional id, numbered as in its records (Kafka's <c>TransactionState</c>).</summary>
internal enum TransactionState : byte
{
    /// <summary>No transaction since the producer was initialized.</summary>
    Empty = 0,

    /// <summary>A transaction has partitions.</summary>
    Ongoing = 1,

    /// <summary>The commit is decided; markers are being written.</summary>
    PrepareCommit = 2,

    /// <summary>The abort is decided; markers are being written.</summary>
    PrepareAbort = 3,

    /// <summary>Every partition has its marker of the commit.</summary>
    CompleteCommit = 4,

    /// <summary>Every partition has its marker of the abort.</summary>
    CompleteAbort = 5,

    /// <summary>Kafka's state of an id while its removal is written. It is never stored; here removal and replay are one step.</summary>
    Dead = 6,

    /// <summary>Kafka's step between an open transaction and its abort with a new epoch. It is never stored; here it is one step.</summary>
    PrepareEpochFence = 7,
}

/// <summary>Names and rules of states.</summary>
internal static class TransactionStates
{
    private static readonly string[] s_names =
        ["Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort", "Dead", "PrepareEpochFence"];

    /// <summary>The name in responses.</summary>
    public static string Name(this TransactionState state) => s_names[(int)state];

    /// <summary>The state of a name, in exactly this spelling; null when there is none.</summary>
    public static TransactionState? Find(string name) =>
        Array.IndexOf(s_names, name) is >= 0 and var index ? (TransactionState)index : null;

    /// <summary>Whether the end of a transaction is decided but not yet written to its partitions.</summary>
    public static bool IsPrepared(this TransactionState state) => state is TransactionState.PrepareCommit or TransactionState.PrepareAbort;

    /// <summary>Whether no transaction is open: the producer may begin one, and the id may expire.</summary>
    public static bool IsIdle(this TransactionState state) =>
        state is TransactionState.Empty or TransactionState.CompleteCommit or TransactionState.CompleteAbort;

    /// <summary>Whether a state may follow another one.</summary>
    public static bool MayFollow(this TransactionState next, TransactionState current) => next switch
    {
        TransactionState.Empty => current.IsIdle(),
        TransactionState.Ongoing => current == TransactionState.Ongoing || current.IsIdle(),
        TransactionState.PrepareCommit => current == TransactionState.Ongoing,
        TransactionState.PrepareAbort => current == TransactionState.Ongoing || current.IsIdle(),
        TransactionState.CompleteCommit => current == TransactionState.PrepareCommit,
        TransactionState.CompleteAbort => current == TransactionState.PrepareAbort,
        _ => false,
    };
}
