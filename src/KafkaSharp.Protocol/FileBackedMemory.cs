using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace KafkaSharp.Protocol;

/// <summary>
/// Memory whose content is a file, starting at the first byte of the file, such as a memory mapping. A sender can pass the file to the
/// operating system (<c>sendfile</c>) instead of reading the bytes.
/// </summary>
public abstract class FileBackedMemory : MemoryManager<byte>
{
    /// <summary>
    /// The smallest piece for which a storage layer lends the file instead of a copy of the bytes, in bytes: for shorter ones a system call
    /// of their own costs more than the copy, which reports an unreadable sector as an error.
    /// </summary>
    public const int SmallestPiece = 32 * 1024;

    /// <summary>
    /// Whether there is a <see cref="FileHandle"/>. Without it the bytes are sent from the memory by a system call, which reports a bad
    /// sector as an error, where an access would raise a fault.
    /// </summary>
    public virtual bool HasHandle => true;

    /// <summary>The file descriptor, which is open as long as the memory is valid.</summary>
    public abstract nint FileHandle { get; }

    /// <summary>Finds the file of the bytes and their position in it. False if the bytes are not backed by a file.</summary>
    public static bool TryFind(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out FileBackedMemory? file, out int position) =>
        MemoryMarshal.TryGetMemoryManager(bytes, out file, out position, out _);
}
