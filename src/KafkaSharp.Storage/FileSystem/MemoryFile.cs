namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// An open file of a <see cref="MemoryFileSystem"/>. Its content remains when the file is closed, and also when it is deleted while it is
/// open.
/// </summary>
internal sealed class MemoryFile(string path, MemoryFileContent content, TimeProvider time) : IStorageFile
{
    public string Path { get; set; } = path;

    public long Length => content.Length;

    public int Read(long offset, Span<byte> destination) => content.Read(offset, destination);

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        content.Write(offset, source);
        content.LastModified = time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    public void SetLength(long length) => content.SetLength(length);

    public void Flush()
    {
    }

    public BorrowedBytes Borrow(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return content.Borrow(offset, length);
    }

    public void Dispose()
    {
    }
}
