namespace KafkaSharp.Storage.FileSystem;

/// <summary>Bytes of a file, valid until <see cref="Lease"/> is disposed of, exactly once by whoever holds it last.</summary>
/// <param name="Memory">The bytes.</param>
/// <param name="Lease">Keeps them; null where they need no keeping.</param>
public readonly record struct BorrowedBytes(ReadOnlyMemory<byte> Memory, IDisposable? Lease) : IDisposable
{
    public ReadOnlySpan<byte> Span => Memory.Span;

    public int Length => Memory.Length;

    public void Dispose() => Lease?.Dispose();
}
