namespace KafkaSharp.Compression;

/// <summary>
/// Compresses one stream piece by piece into a buffer writer, with memory that does not depend on its length. Not safe for use by several
/// threads at once. Disposing frees it or returns it to its codec's pool, also when the stream was not finished.
/// </summary>
public abstract class Compressor : IDisposable
{
    /// <summary>
    /// From now on until Dispose, the memory that a high level takes is reserved in the turn. Called before the first write.
    /// </summary>
    public virtual void ReserveIn(IWorkTurn? turn)
    {
    }

    public abstract void Write(ReadOnlySpan<byte> source);

    /// <summary>Writes what is buffered and ends the stream. Nothing may be written after.</summary>
    public abstract void Finish();

    public abstract void Dispose();
}
