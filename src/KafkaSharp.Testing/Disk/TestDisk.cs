using System.Globalization;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Testing.Faults;

namespace KafkaSharp.Testing.Disk;

/// <summary>
/// The disk of a test broker. As in Kafka, a failure takes the log directory offline, and a broker whose only directory is offline stops:
/// <see cref="KafkaTestBroker.RestartAsync"/> starts it again. Thread-safe.
/// </summary>
public sealed class TestDisk
{
    private const int Enospc = 28;
    private const int Eio = 5;

    private readonly TestFaults _faults;

    internal TestDisk(TestFaults faults) => _faults = faults;

    /// <summary>The disk is full: nothing can be written, until the result is disposed.</summary>
    public ActiveFault Fill() => _faults.Add(new Fault(FaultAction.FillDisk()));

    /// <summary>An operation fails with an I/O error, until the result is disposed.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="topic">Only on the files of this topic; null for all files.</param>
    public ActiveFault Fail(FileOperation operation, string? topic = null) =>
        _faults.Add(new Fault(FaultAction.FailDisk(operation)) { Topic = topic });

    internal IFileSystem Around(IFileSystem files) => new FaultyFileSystem(files, FailureOf);

    internal CrashableFileSystem Crashable(IFileSystem files) => new(
        files, path => _faults.TryTake<FaultAction.LostFlush>((fault, _) => Fits(fault, path), out _));

    private IOException? FailureOf(FileOperation operation, string path)
    {
        if (_faults.Active.Count == 0)
            return null;
        if (operation is FileOperation.Write or FileOperation.SetLength
            && _faults.TryTake<FaultAction.NoSpace>((fault, _) => Fits(fault, path), out _))
            return new IOException($"No space left on device : '{path}'", Enospc);
        return _faults.TryTake<FaultAction.FailOperation>((fault, failing) => failing.Operation == operation && Fits(fault, path), out _)
            ? new IOException($"Input/output error : '{path}'", Eio)
            : null;
    }

    private static bool Fits(Fault fault, string path) => fault.Topic is not { } topic || IsOf(topic, fault.Partition, path);

    // A partition's folder is its topic and number: orders-0.
    private static bool IsOf(string topic, int? partition, string path)
    {
        foreach (var part in path.Split('/', '\\'))
        {
            if (part.Length > topic.Length + 1 && part.StartsWith(topic, StringComparison.Ordinal) && part[topic.Length] == '-'
                && int.TryParse(part.AsSpan(topic.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && (partition ?? number) == number)
                return true;
        }
        return false;
    }
}
