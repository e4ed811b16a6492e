namespace KafkaSharp.Storage.FileSystem;

/// <summary>What opening a file does with one that is there, or is not.</summary>
public enum StorageFileMode
{
    /// <summary>It must be there.</summary>
    Open,

    /// <summary>It is created, empty, where it is not there.</summary>
    OpenOrCreate,

    /// <summary>It must not be there.</summary>
    CreateNew,

    /// <summary>It is created, or emptied where it is there.</summary>
    Create,
}
