namespace KafkaSharp.Compression;

/// <summary>
/// Decompresses one stream piece by piece. Its memory does not depend on the length of the stream. Not thread-safe. Dispose returns it to
/// the pool of its codec; the caller must not use it afterwards.
/// </summary>
public abstract class Decompressor : IDisposable
{
    /// <summary>
    /// Writes the next decompressed bytes to <paramref name="destination"/> and returns their number; 0 at the end of the stream, if the
    /// destination is not empty. <paramref name="source"/> must contain all remaining compressed bytes; the consumed bytes are removed from
    /// it.
    /// </summary>
    /// <exception cref="CompressionException">The stream is corrupt or truncated.</exception>
    public abstract int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination);

    /// <summary>
    /// From now on until Dispose, memory for a large window that the stream declares is reserved in the turn before it is taken, and a read
    /// of much that decompresses to nothing checks in with it.
    /// </summary>
    public virtual void ReserveIn(IWorkTurn? turn)
    {
    }

    public abstract void Dispose();
}
