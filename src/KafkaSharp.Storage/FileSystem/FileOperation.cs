namespace KafkaSharp.Storage.FileSystem;

/// <summary>What is about to be done to a file or folder, for whoever makes disks fail.</summary>
public enum FileOperation
{
    Open,
    Read,
    Write,
    SetLength,
    Flush,
    Rename,
    Delete,
    Directory,
}
