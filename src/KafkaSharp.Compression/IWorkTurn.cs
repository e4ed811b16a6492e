namespace KafkaSharp.Compression;

/// <summary>
/// The processor time that long work may take before others have their turn, and the memory. A loop whose length depends on the content
/// of a request calls <see cref="CheckIn"/> every few hundred steps (every 10 to 100 microseconds of work). Used by the thread that does
/// the work.
/// </summary>
public interface IWorkTurn
{
    /// <summary>
    /// Returns at once while the turn lasts; after that it lets others run first and returns when the next turn begins. Never under a
    /// lock.
    /// </summary>
    /// <exception cref="OperationCanceledException">The broker stops, and the result of the work is not needed.</exception>
    void CheckIn();

    /// <summary>
    /// Called before the work takes much memory at once (several megabytes), with all that it may need. Lets others run until so much
    /// of what all work may take together is free; disposing the result returns it. Small amounts are not counted. Never under a lock.
    /// </summary>
    IDisposable ReserveMemory(long bytes);
}
