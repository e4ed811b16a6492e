namespace KafkaSharp.Compression;

/// <summary>
/// Decompresses one stream piece by piece, with memory that does not depend on its length. Not for two threads at once.
/// Disposing gives it back to its codec's pool; it must not be used after.
/// </summary>
public abstract class Decompressor : IDisposable
{
    /// <summary>
    /// Writes the next bytes to <paramref name="destination"/> and says how many; 0 is the end of the stream (when the destination
    /// is not empty). <paramref name="source"/> is all that is left of the compressed bytes and is shortened by what was taken.
    /// A broken or truncated stream is a <see cref="CompressionException"/>.
    /// </summary>
    public abstract int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination);

    public abstract void Dispose();
}
