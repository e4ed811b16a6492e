using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace KafkaSharp.Protocol;

/// <summary>
/// Memory that shows the bytes of a file from its start on, such as a mapping: whoever passes such bytes on can let the system take them from the file,
/// and need not touch them.
/// </summary>
public abstract class FileBackedMemory : MemoryManager<byte>
{
    /// <summary>The system's handle of the file, open as long as the memory is valid.</summary>
    public abstract nint FileHandle { get; }

    /// <summary>Tells which file the bytes are of, and where in it they begin.</summary>
    public static bool TryFind(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out FileBackedMemory? file, out int position) =>
        MemoryMarshal.TryGetMemoryManager(bytes, out file, out position, out _);
}
