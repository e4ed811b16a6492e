namespace KafkaSharp.Storage.Tests.FileSystem;

/// <summary>What a call of the <see cref="SimulatedFileSystem"/> meets instead of its result.</summary>
internal enum DiskFault
{
    /// <summary>The power fails before the call, or after it has taken effect without being durable.</summary>
    PowerCut,

    /// <summary>ENOSPC; a write has written a part before.</summary>
    NoSpace,

    /// <summary>EIO; a write has written a part before, and a flush loses any of the sectors that were not durable.</summary>
    InputOutput,

    /// <summary>EROFS, of calls that change something.</summary>
    ReadOnly,

    /// <summary>EMFILE, of calls that open a file.</summary>
    TooManyFiles,
}
