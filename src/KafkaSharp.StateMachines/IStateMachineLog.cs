namespace KafkaSharp.StateMachines;

/// <summary>The log that holds a state machine's records. Called on the state machine's event loop only.</summary>
public interface IStateMachineLog<in TRecord>
{
    /// <summary>
    /// How many records, from index <paramref name="start"/> on, one <see cref="Append"/> can take: at least one. Called for records that
    /// need not be committed all or none.
    /// </summary>
    int CountThatFits(IReadOnlyList<TRecord> records, int start) => records.Count - start;

    /// <summary>
    /// Takes records at consecutive offsets. A log that alone decides what it accepts keeps them back until <see cref="Release"/> or later,
    /// so that records which cannot be replayed never reach the disk. May report a commit from inside the call.
    /// </summary>
    /// <returns>The offset after the last record.</returns>
    /// <exception cref="StateMachineException">Nothing was taken, with the reason.</exception>
    long Append(IReadOnlyList<TRecord> records, bool isAtomic);

    /// <summary>
    /// The records of the last <see cref="Append"/> were replayed and may be written. Not called after a fault. May report a commit from
    /// inside the call. A log that can undo the replay reports a failed write to <see cref="StateMachineHost{TRecord}.Revert"/> instead of
    /// throwing.
    /// </summary>
    /// <exception cref="StateMachineException">Nothing was written; the state machine stops with that error.</exception>
    void Release()
    {
    }

    /// <summary>
    /// The records of the last <see cref="Append"/> could not be replayed. A log that still holds them and can undo the replay drops
    /// everything that is not written yet, reports that to <see cref="StateMachineHost{TRecord}.Revert"/> and returns true. Otherwise it
    /// returns false and the state machine stops.
    /// </summary>
    bool TryDiscard(StateMachineException reason) => false;
}
