namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// An open file. One thread at a time writes, flushes excepted; any number read and borrow at the same time without a lock. What lies below
/// <see cref="Length"/> is readable as soon as the write that put it there has returned.
/// </summary>
public interface IStorageFile : IDisposable
{
    /// <summary>Where the file lies. Whoever renames the file, or a folder above it, sets the new path.</summary>
    string Path { get; set; }

    /// <summary>Bytes in the file; no system call.</summary>
    long Length { get; }

    /// <summary>Copies bytes from <paramref name="offset"/> on; gives how many, fewer than asked for only at the end of the file.</summary>
    int Read(long offset, Span<byte> destination);

    /// <summary>Writes all bytes. After an <see cref="IOException"/> (no space, broken disk) the file is as long as before.</summary>
    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>
    /// Truncates, or extends with zeros. Truncating below bytes that are borrowed leaves those readable and unchanged until they are given back.
    /// </summary>
    void SetLength(long length);

    /// <summary>Makes all writes that returned before durable (fsync). Safe beside the writer.</summary>
    void Flush();

    /// <summary>
    /// Bytes of the file without a copy where the file system can: a mapping, or the chunk that holds them; else read into pooled memory. Clipped
    /// to the end of the file. They stay valid, whatever becomes of the file, until the result is disposed of.
    /// </summary>
    BorrowedBytes Borrow(long offset, int length);

    /// <summary>
    /// To be called from time to time: gives up the mapping of a file from which nothing was borrowed since the last call. True where it did.
    /// </summary>
    bool ReleaseIdleMapping();
}
