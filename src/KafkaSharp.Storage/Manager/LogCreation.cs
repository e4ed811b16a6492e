using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Creates logs, each in the directory that it is assigned to or in the one with the fewest logs. Called under the manager's lock. A new
/// log waits for no fsync: its first flush makes its folder durable too.
/// </summary>
internal sealed class LogCreation(
    LogRegistry registry, LogFactory factory, LogFolders folders, IFileSystem files, ILogger logger)
{
    // A client can name partitions that will never exist.
    private const int MostPreferred = 10_000;

    private readonly Dictionary<TopicPartition, LogDirectory> _preferred = [];

    /// <summary>The log of a partition, when it is created, is created in this directory, also against the metadata.</summary>
    public void Prefer(TopicPartition partition, LogDirectory directory)
    {
        if (_preferred.Count < MostPreferred || _preferred.ContainsKey(partition))
            _preferred[partition] = directory;
    }

    /// <returns>
    /// KAFKA_STORAGE_ERROR when no directory works or not the assigned one; INCONSISTENT_TOPIC_ID when its folder is that of another topic.
    /// </returns>
    public ErrorCode Create(TopicPartition partition, Uuid topicId, Uuid? directoryId, out PartitionLog? log)
    {
        foreach (var directory in Candidates(partition, directoryId))
        {
            PartitionLog? created = null;
            var error = ErrorCode.None;
            var path = Path.Combine(directory.Path, partition.ToString());
            var isNew = !files.DirectoryExists(path);
            if (!registry.TryRunUnlessFull(directory, () => error = CreateIn(directory, path, partition, topicId, out created)))
            {
                if (isNew && !directory.IsOffline)
                    folders.DeleteRest(path);
                continue;
            }
            _preferred.Remove(partition);
            log = created;
            return error;
        }
        log = null;
        return ErrorCode.KafkaStorageError;
    }

    private IEnumerable<LogDirectory> Candidates(TopicPartition partition, Uuid? directoryId)
    {
        var live = registry.LiveDirectories.ToArray();
        if (_preferred.TryGetValue(partition, out var preferred))
            return live.Contains(preferred) ? [preferred] : [];
        if (directoryId is { } id && Array.Find(registry.Directories, directory => directory.Id == id) is { } assigned)
            return live.Contains(assigned) ? [assigned] : [];
        LogDirectory[] open = [.. live.Where(directory => !directory.IsCordoned).OrderBy(directory => directory.LogCount)];
        // As in Kafka: the replica may have been assigned to this broker just before the last directory was cordoned.
        return open.Length > 0 ? open : live[..Math.Min(1, live.Length)];
    }

    private ErrorCode CreateIn(LogDirectory directory, string path, TopicPartition partition, Uuid topicId, out PartitionLog? log)
    {
        log = null;
        if (directory.MayHaveOffsetsOf(partition))
            directory.WriteCheckpoints(() => registry.HeldIn(directory));
        var opened = factory.Create(partition, path);
        try
        {
            if (!topicId.IsZero && opened.AssignTopicId(topicId) is not ErrorCode.None and var error)
            {
                opened.Dispose();
                return error;
            }
        }
        catch
        {
            opened.CloseAbruptly();
            throw;
        }
        registry.TryAdd(opened, directory);
        log = opened;
        if (directory.IsOffline)
            throw new IOException($"The log directory {directory.Path} went offline while a log was created in it");
        logger.LogCreated(partition, path);
        return ErrorCode.None;
    }
}
