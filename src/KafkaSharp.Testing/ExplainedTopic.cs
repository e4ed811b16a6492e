namespace KafkaSharp.Testing;

/// <summary>A topic as far as an explanation needs it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Partitions">Its partitions; none if it does not exist.</param>
/// <param name="OpenTransactions">The transactions that are not ended in them.</param>
internal sealed record ExplainedTopic(
    string Name, IReadOnlyList<OffsetRange> Partitions, IReadOnlyList<OpenTransaction> OpenTransactions);
