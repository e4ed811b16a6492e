namespace KafkaSharp.StateMachines;

/// <summary>
/// State that is a function of a log: what its records do to it, at run time and when it is loaded. Called on the event loop only.
/// </summary>
public interface IReplayable<in TRecord>
{
    /// <summary>Applies one record to the state. Must not fail for a record that a command of the same state made.</summary>
    void Replay(long offset, TRecord record);
}
