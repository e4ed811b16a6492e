namespace KafkaSharp.StateMachines;

/// <summary>The log that a state machine's records are kept in. Called on the state machine's event loop only.</summary>
public interface IStateMachineLog<in TRecord>
{
    /// <summary>
    /// Takes records at consecutive offsets, all or none unless <paramref name="isAtomic"/> is false and they do not fit one batch. A log
    /// that alone decides what it takes keeps them back until <see cref="Release"/>, so that records which turn out not to be replayable
    /// never get into it; one that others may make refuse writes them here, before the state has changed. May report the commit from
    /// inside the call.
    /// </summary>
    /// <returns>The offset after the last record.</returns>
    /// <exception cref="StateMachineException">Nothing was taken, and why.</exception>
    long Append(IReadOnlyList<TRecord> records, bool isAtomic);

    /// <summary>
    /// The records of the last <see cref="Append"/> were replayed: those that were kept back are written. Not called after a fault; what
    /// was kept back is dropped then. May report the commit from inside the call.
    /// </summary>
    /// <exception cref="StateMachineException">Nothing was written, and why; the state machine ends with that error.</exception>
    void Release()
    {
    }
}
