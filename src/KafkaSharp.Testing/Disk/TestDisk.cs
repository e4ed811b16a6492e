using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Testing.Disk;

/// <summary>
/// The disk of a test broker. As in Kafka, a failure takes the log directory offline, and a broker whose only directory is offline stops:
/// <see cref="KafkaTestBroker.RestartAsync"/> starts it again. Thread-safe.
/// </summary>
public sealed class TestDisk
{
    private const int Enospc = 28;
    private const int Eio = 5;

    private readonly Lock _gate = new();
    private DiskFault[] _faults = [];

    internal TestDisk()
    {
    }

    /// <summary>The disk is full: nothing can be written, until the result is disposed.</summary>
    public DiskFault Fill() => Add(
        (operation, _) => operation is FileOperation.Write or FileOperation.SetLength,
        path => new IOException($"No space left on device : '{path}'", Enospc));

    /// <summary>An operation fails with an I/O error, until the result is disposed.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="topic">Only on the files of this topic; null for all files.</param>
    public DiskFault Fail(FileOperation operation, string? topic = null) => Add(
        (other, path) => other == operation && (topic is null || IsOf(topic, path)),
        path => new IOException($"Input/output error : '{path}'", Eio));

    internal IFileSystem Around(IFileSystem files) => new FaultyFileSystem(files, FailureOf);

    internal void Clear() => Volatile.Write(ref _faults, []);

    internal void Remove(DiskFault fault)
    {
        lock (_gate)
            Volatile.Write(ref _faults, [.. _faults.Where(other => other != fault)]);
    }

    private DiskFault Add(Func<FileOperation, string, bool> affects, Func<string, IOException> failure)
    {
        var fault = new DiskFault(this, affects, failure);
        lock (_gate)
            Volatile.Write(ref _faults, [.. _faults, fault]);
        return fault;
    }

    private IOException? FailureOf(FileOperation operation, string path)
    {
        foreach (var fault in Volatile.Read(ref _faults))
        {
            if (fault.FailureOf(operation, path) is { } failure)
                return failure;
        }
        return null;
    }

    // A partition's folder is its topic and number: orders-0.
    private static bool IsOf(string topic, string path)
    {
        foreach (var part in path.Split('/', '\\'))
        {
            if (part.Length > topic.Length + 1 && part.StartsWith(topic, StringComparison.Ordinal) && part[topic.Length] == '-'
                && char.IsAsciiDigit(part[topic.Length + 1]))
                return true;
        }
        return false;
    }
}
