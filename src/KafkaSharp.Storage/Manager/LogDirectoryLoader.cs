using System.Collections.Concurrent;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Takes one log directory at start and opens the logs in it, several at once (num.recovery.threads.per.data.dir). Folders of deleted logs are not opened,
/// nor are stray and future ones, nor the metadata log, which Raft keeps.
/// </summary>
sealed class LogDirectoryLoader(
    LogManagerOptions options, LogDirectory directory, LogConfigs configs, Random random, Action<PartitionLog, IOException> storageFailed,
    Action<PartitionLog> recoveryPointLowered, ILogger logger)
{
    private const string MetadataTopic = "__cluster_metadata";

    // Tiered storage keeps its indexes here.
    private const string RemoteIndexCache = "remote-log-index-cache";

    private readonly IFileSystem _files = options.FileSystem;

    public LoadedDirectory Load()
    {
        directory.Take();
        var recoveryPoints = Read(directory.RecoveryPoints);
        var startOffsets = Read(directory.LogStartOffsets);
        var (current, deleted) = Sort(_files.EnumerateDirectories(directory.Path));

        var logs = new ConcurrentBag<PartitionLog>();
        try
        {
            Open(current, recoveryPoints, startOffsets, logs);
        }
        catch
        {
            foreach (var log in logs)
                log.CloseAbruptly();
            throw;
        }
        logger.LogDirectoryLoaded(directory.Path, logs.Count, directory.HadCleanShutdown || logs.IsEmpty ? "" : ", recovered after an unclean stop");
        var known = current.Select(found => found.Partition).ToHashSet();
        var stale = recoveryPoints.Keys.Concat(startOffsets.Keys).Any(partition => !known.Contains(partition))
            || logs.Any(log => log.RecoveryPoint < recoveryPoints.GetValueOrDefault(log.TopicPartition));
        return new LoadedDirectory(directory, [.. logs], deleted, stale);
    }

    private void Open(
        List<(string Path, TopicPartition Partition)> current, Dictionary<TopicPartition, long> recoveryPoints,
        Dictionary<TopicPartition, long> startOffsets, ConcurrentBag<PartitionLog> logs)
    {
        var jobs = current.ConvertAll(found => (found.Path, found.Partition, Random: new Random(random.Next())));
        Bounded.Run(jobs, options.BrokerConfig.Get(LogManagerConfigs.RecoveryThreadsPerDataDir), job =>
        {
            logs.Add(PartitionLog.Open(configs.LogOptions(options, job.Partition, job.Path) with
            {
                Random = job.Random,
                HadCleanShutdown = directory.HadCleanShutdown,
                RecoveryPoint = recoveryPoints.GetValueOrDefault(job.Partition),
                LogStartOffset = startOffsets.GetValueOrDefault(job.Partition),
                StorageFailed = storageFailed,
                RecoveryPointLowered = recoveryPointLowered,
            }));
        });
    }

    private Dictionary<TopicPartition, long> Read(OffsetCheckpointFile file)
    {
        try
        {
            return file.Read();
        }
        catch (IOException e)
        {
            // Offsets of 0 mean more recovery and no loss.
            logger.CheckpointUnusable(file.Path, e.Message);
            return [];
        }
    }

    private (List<(string Path, TopicPartition Partition)> Current, List<string> Deleted) Sort(IEnumerable<string> folders)
    {
        List<(string, TopicPartition)> current = [];
        List<string> deleted = [];
        foreach (var path in folders)
        {
            var name = Path.GetFileName(path);
            if (name == RemoteIndexCache)
                continue;
            if (!LogDirectoryName.TryParse(name, out var parsed))
                logger.FolderIgnored(path);
            else if (parsed.Kind == LogDirectoryKind.Delete)
                deleted.Add(path);
            else if (parsed.Kind != LogDirectoryKind.Current)
                logger.FolderKeptAside(path, parsed.Kind);
            else if (parsed.TopicPartition.Topic != MetadataTopic)
                current.Add((path, parsed.TopicPartition));
        }
        return (current, deleted);
    }
}
