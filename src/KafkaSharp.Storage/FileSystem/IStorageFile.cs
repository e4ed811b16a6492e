namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// An open file. Whether the operating system has it open at the moment is up to the file system (<see cref="FileHandles"/>): a read may
/// find it missing while it is being renamed. Only one thread at a time may write; a flush, reads and borrows may run concurrently without
/// a lock. Bytes below <see cref="Length"/> are readable as soon as their write has returned.
/// </summary>
public interface IStorageFile : IDisposable
{
    /// <summary>The path of the file. Code that renames the file or a parent directory sets the new path.</summary>
    string Path { get; set; }

    /// <summary>The length of the file in bytes. Needs no system call.</summary>
    long Length { get; }

    /// <summary>
    /// Copies bytes from <paramref name="offset"/> and returns their number, which is less than requested only at the end of the file.
    /// </summary>
    int Read(long offset, Span<byte> destination);

    /// <summary>Writes all bytes. After an <see cref="IOException"/> (no space, disk failure) the file has its previous length.</summary>
    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>
    /// Truncates the file, or extends it with zeros. Borrowed bytes beyond the new length stay readable and unchanged until their lease is
    /// disposed.
    /// </summary>
    void SetLength(long length);

    /// <summary>Makes all completed writes durable (fsync). May run concurrently with a write.</summary>
    void Flush();

    /// <summary>
    /// Borrows bytes of the file: without a copy where that is possible and pays (long pieces of a mapping, or the chunk in memory),
    /// otherwise read into pooled memory. The range is limited to the end of the file. The bytes stay valid until the result is disposed,
    /// even if the file is truncated or deleted.
    /// </summary>
    BorrowedBytes Borrow(long offset, int length);
}
