namespace KafkaSharp.Storage.FileSystem;

/// <summary>Bytes of a file, valid until <see cref="Lease"/> is disposed. The last owner disposes it exactly once.</summary>
/// <param name="Memory">The bytes.</param>
/// <param name="Lease">Keeps the bytes valid; null if they need no lease.</param>
public readonly record struct BorrowedBytes(ReadOnlyMemory<byte> Memory, IDisposable? Lease) : IDisposable
{
    public ReadOnlySpan<byte> Span => Memory.Span;

    public int Length => Memory.Length;

    public void Dispose() => Lease?.Dispose();
}
