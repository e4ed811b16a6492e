namespace KafkaSharp.IntegrationTests.Transactions.Clients;

/// <summary>The versions in which a client speaks, and with them the protocol of its transactions.</summary>
/// <param name="Produce">The version of Produce.</param>
/// <param name="TxnOffsetCommit">The version of TxnOffsetCommit.</param>
/// <param name="EndTxn">The version of EndTxn.</param>
internal sealed record Dialect(short Produce, short TxnOffsetCommit, short EndTxn)
{
    /// <summary>
    /// KIP-890: each transaction ends with a new epoch; partitions and offsets are added by the requests that write to them.
    /// </summary>
    public static Dialect Current { get; } = new(12, 5, 5);

    /// <summary>Clients before KIP-890 that know TRANSACTION_ABORTABLE.</summary>
    public static Dialect BeforeEpochBumps { get; } = new(11, 4, 4);

    /// <summary>Clients that know nothing of KIP-890.</summary>
    public static Dialect Old { get; } = new(8, 3, 3);

    /// <summary>Whether the client adds partitions itself and begins no new epoch with each transaction.</summary>
    public bool AddsPartitions => EndTxn < 5;
}
