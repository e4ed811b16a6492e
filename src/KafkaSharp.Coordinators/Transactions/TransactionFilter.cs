namespace KafkaSharp.Coordinators.Transactions;

/// <summary>Which transactions ListTransactions asks for. Immutable.</summary>
internal sealed class TransactionFilter
{
    /// <summary>The producer ids; empty for all.</summary>
    public required IReadOnlySet<long> ProducerIds { get; init; }

    /// <summary>The states; null for all.</summary>
    public required IReadOnlySet<TransactionState>? States { get; init; }

    /// <summary>Only transactions that began longer ago than this, in milliseconds; negative for all.</summary>
    public required long DurationMs { get; init; }

    /// <summary>What the whole transactional id must match; null for all.</summary>
    public required Predicate<string>? IdPattern { get; init; }

    public bool Admits(TransactionMetadata transaction, long nowMs) =>
        (ProducerIds.Count == 0 || ProducerIds.Contains(transaction.ProducerId))
        && (States is null || States.Contains(transaction.State))
        && (DurationMs < 0 || nowMs - transaction.StartMs > DurationMs)
        && (IdPattern is null || IdPattern(transaction.TransactionalId));
}
