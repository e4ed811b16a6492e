namespace KafkaSharp.Storage;

/// <summary>The purpose of a partition's folder, by the end of its name.</summary>
public enum LogDirectoryKind
{
    /// <summary>The partition's log, <c>topic-0</c>.</summary>
    Current,

    /// <summary>A deleted log, whose files will be deleted after a delay.</summary>
    Delete,

    /// <summary>A copy in another log directory that will replace the current log.</summary>
    Future,

    /// <summary>
    /// What a log has left that has moved to another log directory, until all of it is durable there. It lacks what was appended since. For
    /// Kafka, it is a stray.
    /// </summary>
    Left,

    /// <summary>A log that was not in the metadata at start; kept for the operator to inspect.</summary>
    Stray,
}
