using System.Collections;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>One entry of a coordinator's log: a record with the producer of its transaction, or the end of a transaction.</summary>
/// <param name="Record">The record; null for a marker.</param>
/// <param name="Producer">The producer of the transaction; none for a record outside transactions.</param>
/// <param name="End">The marker; null for a record.</param>
/// <param name="Verification">What the verification of the transaction gave; null where nothing was verified.</param>
internal readonly record struct CoordinatorEntry<TRecord>(
    TRecord? Record, ProducerIdentity Producer, TransactionEnd? End, TransactionVerification? Verification = null)
    where TRecord : class;

/// <summary>The records of one command as entries, without copying them.</summary>
internal sealed class CoordinatorEntries<TRecord>(
    IReadOnlyList<TRecord> records, ProducerIdentity producer, TransactionVerification? verification)
    : IReadOnlyList<CoordinatorEntry<TRecord>>
    where TRecord : class
{
    public int Count => records.Count;

    public CoordinatorEntry<TRecord> this[int index] => new(records[index], producer, null, verification);

    public IEnumerator<CoordinatorEntry<TRecord>> GetEnumerator()
    {
        for (var i = 0; i < records.Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
