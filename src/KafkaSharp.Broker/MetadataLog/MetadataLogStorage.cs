using System.Globalization;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Raft;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.MetadataLog;

/// <summary>
/// The open folder <c>__cluster_metadata-0</c> of a log directory: the log, its snapshots and the quorum state, in Kafka's files. All three
/// belong to a <see cref="RaftNode{TRecord}"/>, which closes the log.
/// </summary>
/// <param name="Log">The log, recovered.</param>
/// <param name="Snapshots">The snapshots in the folder.</param>
/// <param name="QuorumState">The election state in the folder.</param>
public sealed record MetadataLogStorage(IRaftLog Log, ISnapshotStore Snapshots, IQuorumStateStore QuorumState)
{
    public static readonly TopicPartition TopicPartition = new("__cluster_metadata", 0);

    /// <summary>Whether the log directory contains the segments of a metadata log. Formatting alone does not create them.</summary>
    public static bool Exists(IFileSystem files, string logDirectory)
    {
        var directory = Path.Combine(logDirectory, TopicPartition.ToString());
        return files.DirectoryExists(directory)
            && files.EnumerateFiles(directory).Any(path => path.EndsWith(LogFileNames.LogSuffix, StringComparison.Ordinal));
    }

    /// <summary>
    /// Opens the folder and creates what is missing. The whole log is checked, as in Kafka, because all metadata depends on it.
    /// </summary>
    /// <param name="files">The file system.</param>
    /// <param name="logDirectory"><c>metadata.log.dir</c>, else the first of <c>log.dirs</c>.</param>
    /// <param name="values">The broker's configuration: <see cref="RaftConfigs"/>.</param>
    /// <param name="time">The clock of segments and retention.</param>
    /// <param name="random">The source of the jitter of segment.ms.</param>
    /// <param name="background">Runs work of the log that waits for the disk: see <see cref="PartitionLogOptions.Background"/>.</param>
    /// <param name="logger">The log of the recovery.</param>
    /// <exception cref="IOException">The folder cannot be opened or belongs to another topic.</exception>
    public static MetadataLogStorage Open(
        IFileSystem files, string logDirectory, ConfigValues values, TimeProvider time, Random random, Action<Action> background,
        ILogger logger)
    {
        var directory = Path.Combine(logDirectory, TopicPartition.ToString());
        files.CreateDirectory(directory);
        // At each start, because an earlier one may have ended before this. Without its name, a power failure would take the log and the
        // vote of this node, whatever was flushed in the folder.
        files.FlushDirectory(logDirectory);
        var snapshots = new SnapshotDirectory(files, directory);
        var log = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = files,
            Directory = directory,
            TopicPartition = TopicPartition,
            Config = LogConfigFrom(values),
            Time = time,
            Random = random,
            Background = background,
            IsRecoveredAlways = true,
            HasNoGaps = true,
            // The node tries again, and says so.
            DiskFull = static (_, _) => { },
            Logger = logger,
        });
        CheckTopicId(files, directory);
        var raftLog = new PartitionRaftLog(log, snapshots.List() is [.., var latest] ? latest : null);
        return new MetadataLogStorage(raftLog, snapshots, new QuorumStateFile(files, directory));
    }

    /// <summary>
    /// Retention by age and size is off: Raft deletes what is before a snapshot (<c>metadata.max.retention.*</c>).
    /// </summary>
    private static LogConfig LogConfigFrom(ConfigValues values)
    {
        var configs = new Dictionary<string, string>
        {
            [TopicConfigs.SegmentBytes.Name] = Text(values.Get(RaftConfigs.SegmentBytes)),
            [TopicConfigs.SegmentMs.Name] = Text(values.Get(RaftConfigs.SegmentMs)),
            [TopicConfigs.RetentionMs.Name] = "-1",
            [TopicConfigs.RetentionBytes.Name] = "-1",
            [TopicConfigs.MaxMessageBytes.Name] = Text(values.Get(RaftConfigs.MaxBatchSizeInBytes)),
            [TopicConfigs.FileDeleteDelayMs.Name] = Text(values.Get(RaftConfigs.DeleteDelayMs)),
        };
        if (values.Get(RaftConfigs.InternalSegmentBytes) is { } size)
            configs[TopicConfigs.InternalSegmentBytes.Name] = Text(size);
        return new LogConfig(ConfigValues.Parse(TopicConfigs.Schema, configs));
    }

    private static void CheckTopicId(IFileSystem files, string directory)
    {
        var id = PartitionMetadataFile.Read(files, directory);
        if (id is null)
            PartitionMetadataFile.Write(files, directory, Uuid.MetadataTopicId);
        else if (id != Uuid.MetadataTopicId)
            throw new IOException($"{directory} belongs to topic {id}, not to the metadata topic");
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
