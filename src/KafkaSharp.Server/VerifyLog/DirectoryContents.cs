using KafkaSharp.Protocol;
using KafkaSharp.Storage;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>Finds the partitions of a data directory, and reads its checkpoints.</summary>
/// <param name="files">The files.</param>
/// <param name="directory">The data directory.</param>
/// <param name="report">Gets what is wrong.</param>
internal sealed class DirectoryContents(IFileSystem files, string directory, Action<Fault> report)
{
    // A start reads the whole metadata log, whatever was flushed.
    private const string MetadataTopic = "__cluster_metadata";

    public IReadOnlyList<PartitionFolder> Partitions()
    {
        var isClean = files.FileExists(Path.Combine(directory, CleanShutdownFile.Name));
        var recoveryPoints = Read(OffsetCheckpointFile.RecoveryPoint);
        var startOffsets = Read(OffsetCheckpointFile.LogStartOffset);
        Read(OffsetCheckpointFile.HighWatermark);
        Read(OffsetCheckpointFile.CleanedOffset);
        CheckProperties();
        return
        [
            .. files.EnumerateDirectories(directory).Order(StringComparer.Ordinal)
                .Select(path => (Path: path, Name: Name(path)))
                .Where(found => found.Name is { Kind: LogDirectoryKind.Current })
                .Select(found => Folder(found.Path, found.Name!.Value.TopicPartition)),
        ];

        PartitionFolder Folder(string path, TopicPartition partition) => new(
            path, partition,
            partition.Topic == MetadataTopic ? 0 : isClean ? long.MaxValue : recoveryPoints.GetValueOrDefault(partition),
            startOffsets.GetValueOrDefault(partition));
    }

    private static LogDirectoryName? Name(string path) => LogDirectoryName.TryParse(Path.GetFileName(path), out var name) ? name : null;

    private Dictionary<TopicPartition, long> Read(string name)
    {
        var path = Path.Combine(directory, name);
        try
        {
            return new OffsetCheckpointFile(files, path).Read();
        }
        catch (IOException exception)
        {
            report(new Fault(path, null, exception.Message));
            return [];
        }
    }

    private void CheckProperties()
    {
        var path = Path.Combine(directory, MetaProperties.Name);
        try
        {
            if (MetaProperties.Read(files, directory) is null)
                report(new Fault(path, null, "it is missing: a broker takes the directory for one that is not formatted"));
        }
        catch (IOException exception)
        {
            report(new Fault(path, null, exception.Message));
        }
    }
}
