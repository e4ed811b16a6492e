namespace KafkaSharp.Storage.FileSystem;

/// <summary>An operation on a file or directory, for the simulation of failures.</summary>
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
