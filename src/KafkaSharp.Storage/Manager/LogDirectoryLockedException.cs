namespace KafkaSharp.Storage.Manager;

/// <summary>A log directory that another broker holds: this one can't start.</summary>
public sealed class LogDirectoryLockedException(string directory) : Exception(
    $"The data directory {directory} is in use by another broker, in this process or another: its .lock file is held.")
{
    public string Directory { get; } = directory;
}
