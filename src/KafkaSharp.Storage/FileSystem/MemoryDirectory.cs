namespace KafkaSharp.Storage.FileSystem;

/// <summary>A directory of a <see cref="MemoryFileSystem"/>. Accessed under its lock.</summary>
internal sealed class MemoryDirectory
{
    public Dictionary<string, MemoryFileContent> Files { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, MemoryDirectory> Directories { get; } = new(StringComparer.Ordinal);

    public void Discard()
    {
        foreach (var file in Files.Values)
            file.Discard();
        foreach (var directory in Directories.Values)
            directory.Discard();
    }
}
