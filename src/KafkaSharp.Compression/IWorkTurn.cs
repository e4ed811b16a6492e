namespace KafkaSharp.Compression;

/// <summary>
/// The processor time that long work may take before others have their turn. A loop whose length depends on the content of a request calls
/// <see cref="CheckIn"/> every few hundred steps (every 10 to 100 microseconds of work). Used by the thread that does the work.
/// </summary>
public interface IWorkTurn
{
    /// <summary>
    /// Returns at once while the turn lasts; after that it lets others run first and returns when the next turn begins. Never under a lock.
    /// </summary>
    void CheckIn();
}
