namespace KafkaSharp.Storage.Manager;

/// <summary>A log directory is in use by another broker, so that this one cannot start.</summary>
public sealed class LogDirectoryLockedException(string directory) : Exception(
    $"The log directory {directory} is in use by another broker, in this process or another: its .lock file is locked. Stop that broker, " +
    "or set another log.dirs.")
{
    public string Directory { get; } = directory;
}
