namespace KafkaSharp.Storage.FileSystem;

/// <summary>The behavior of opening a file that exists or does not exist.</summary>
public enum StorageFileMode
{
    /// <summary>The file must exist.</summary>
    Open,

    /// <summary>The file is created empty if it does not exist.</summary>
    OpenOrCreate,

    /// <summary>The file must not exist; it is created.</summary>
    CreateNew,

    /// <summary>The file is created, or truncated if it exists.</summary>
    Create,
}
