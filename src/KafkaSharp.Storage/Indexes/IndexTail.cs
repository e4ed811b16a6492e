namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// The boundary between the entries in the file and those only in memory. The writer appends to the tail and publishes its length. When the
/// tail is written or truncated, a new object replaces it, so a reader with a reference sees unchanged entries.
/// </summary>
internal sealed class IndexTail(int writtenBytes, byte[] entries, int length)
{
    private int _length = length;

    /// <summary>The size of the entries in the file, in bytes.</summary>
    public int WrittenBytes { get; } = writtenBytes;

    public int Length => Volatile.Read(ref _length);

    public int TotalBytes => WrittenBytes + Length;

    public ReadOnlySpan<byte> Span => entries.AsSpan(0, Length);

    public bool TryAppend(ReadOnlySpan<byte> entry)
    {
        if (_length + entry.Length > entries.Length)
            return false;
        entry.CopyTo(entries.AsSpan(_length));
        Volatile.Write(ref _length, _length + entry.Length);
        return true;
    }

    /// <summary>The same entries with twice the capacity.</summary>
    public IndexTail Grow(int entrySize)
    {
        var larger = new byte[Math.Max(entrySize * 8, entries.Length * 2)];
        Span.CopyTo(larger);
        return new IndexTail(WrittenBytes, larger, Length);
    }
}
