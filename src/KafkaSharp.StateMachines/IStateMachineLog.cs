namespace KafkaSharp.StateMachines;

/// <summary>The log that a state machine's records are kept in. Called on the state machine's event loop only.</summary>
public interface IStateMachineLog<in TRecord>
{
    /// <summary>
    /// Appends records at consecutive offsets, all or none unless <paramref name="isAtomic"/> is false and they do not fit one batch.
    /// May report the commit from inside the call.
    /// </summary>
    /// <returns>The offset after the last record appended.</returns>
    /// <exception cref="StateMachineException">Nothing was appended, and why.</exception>
    long Append(IReadOnlyList<TRecord> records, bool isAtomic);
}
