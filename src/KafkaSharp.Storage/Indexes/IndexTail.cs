namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// What of an index lies in its file and what only in memory yet. The writer adds to the tail and publishes its length; when the tail is written out
/// or cut a new object takes its place, so a reader that holds one sees entries that stay.
/// </summary>
sealed class IndexTail(int writtenBytes, byte[] entries, int length)
{
    private int _length = length;

    /// <summary>Bytes of entries in the file.</summary>
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

    /// <summary>The same entries with room for as many more.</summary>
    public IndexTail Grow(int entrySize)
    {
        var larger = new byte[Math.Max(entrySize * 8, entries.Length * 2)];
        Span.CopyTo(larger);
        return new IndexTail(WrittenBytes, larger, Length);
    }
}
