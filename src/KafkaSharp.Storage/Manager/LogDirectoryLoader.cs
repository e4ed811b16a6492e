using System.Collections.Concurrent;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Locks one log directory at start and opens the logs in it, several at once (num.recovery.threads.per.data.dir). The future
/// replicas of moves are opened too, and what logs have left that have moved. It does not open deleted and stray logs, nor the metadata
/// log, which belongs to Raft.
/// </summary>
internal sealed class LogDirectoryLoader(LogManagerOptions options, LogDirectory directory, LogFactory factory, ILogger logger)
{
    private const string MetadataTopic = "__cluster_metadata";

    // Tiered storage keeps its indexes here.
    private const string RemoteIndexCache = "remote-log-index-cache";

    private readonly IFileSystem _files = options.FileSystem;

    public LoadedDirectory Load()
    {
        directory.Lock();
        var recoveryPoints = Read(directory.RecoveryPoints);
        var startOffsets = Read(directory.LogStartOffsets);
        var highWatermarks = Read(directory.HighWatermarks);
        var cleanedOffsets = Read(directory.CleanedOffsets);
        directory.SavedCleanedOffsets = cleanedOffsets;
        // The names of logs that the last broker created and did not flush.
        if (!directory.HadCleanShutdown)
            _files.FlushDirectory(directory.Path);
        var (found, deleted) = Sort(_files.EnumerateDirectories(directory.Path));

        var logs = new ConcurrentBag<PartitionLog>();
        try
        {
            Open(
                found.ConvertAll(folder => folder.Kind == LogDirectoryKind.Left
                    // No clean stop has flushed it, and of the checkpoints only the log start offset is for it too.
                    ? new LogToOpen(
                        folder.Path, folder.Partition, factory.NextRandom(), HadCleanShutdown: false,
                        LogStartOffset: startOffsets.GetValueOrDefault(folder.Partition))
                    : new LogToOpen(
                        folder.Path, folder.Partition, factory.NextRandom(), directory.HadCleanShutdown,
                        recoveryPoints.GetValueOrDefault(folder.Partition), startOffsets.GetValueOrDefault(folder.Partition),
                        highWatermarks.GetValueOrDefault(folder.Partition, -1), cleanedOffsets.GetValueOrDefault(folder.Partition, -1),
                        HasNoGaps: folder.Kind == LogDirectoryKind.Future)),
                logs);
        }
        catch
        {
            foreach (var log in logs)
                log.CloseAbruptly();
            throw;
        }
        logger.LogDirectoryLoaded(
            directory.Path, logs.Count, directory.HadCleanShutdown || logs.IsEmpty ? "" : "; recovered after an unclean shutdown");
        var known = found.Select(folder => folder.Partition).ToHashSet();
        var saved = recoveryPoints.Keys.Concat(startOffsets.Keys).Concat(highWatermarks.Keys).Concat(cleanedOffsets.Keys);
        var stale = saved.Any(partition => !known.Contains(partition))
            || logs.Any(log => !LogDirectoryName.IsLeft(log) && (log.RecoveryPoint < recoveryPoints.GetValueOrDefault(log.TopicPartition)
                || log.HighWatermark < highWatermarks.GetValueOrDefault(log.TopicPartition)
                || log.CleanedOffset != cleanedOffsets.GetValueOrDefault(log.TopicPartition, -1)));
        return new LoadedDirectory(
            directory, [.. logs.Where(log => !log.IsFuture && !LogDirectoryName.IsLeft(log))], [.. logs.Where(log => log.IsFuture)],
            [.. logs.Where(LogDirectoryName.IsLeft)], deleted, stale);
    }

    private void Open(List<LogToOpen> toOpen, ConcurrentBag<PartitionLog> logs) =>
        Bounded.Run(toOpen, options.BrokerConfig.Get(LogManagerConfigs.RecoveryThreadsPerDataDir), log => logs.Add(factory.Open(log)));

    private Dictionary<TopicPartition, long> Read(OffsetCheckpointFile file)
    {
        try
        {
            return file.Read();
        }
        catch (IOException e)
        {
            // With offsets of 0 more is recovered, and nothing is lost.
            logger.CheckpointUnusable(file.Path, e.Message);
            // Recovery makes indexes again below the recovery points in the file. If it can be read at the next start, they would be
            // trusted, although no flush may have made them durable.
            if (file == directory.RecoveryPoints)
                file.Write([]);
            return [];
        }
    }

    private (List<(string Path, TopicPartition Partition, LogDirectoryKind Kind)> ToOpen, List<string> Deleted) Sort(
        IEnumerable<string> folders)
    {
        List<(string, TopicPartition, LogDirectoryKind)> toOpen = [];
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
            else if (parsed.Kind is not (LogDirectoryKind.Current or LogDirectoryKind.Future or LogDirectoryKind.Left))
                logger.FolderNotOpened(path, parsed.Kind);
            else if (parsed.TopicPartition.Topic != MetadataTopic)
                toOpen.Add((path, parsed.TopicPartition, parsed.Kind));
        }
        return (toOpen, deleted);
    }
}
