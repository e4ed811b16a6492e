namespace KafkaSharp.Storage.FileSystem;

/// <summary>A folder of a <see cref="MemoryFileSystem"/>, which guards it.</summary>
sealed class MemoryDirectory
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
