using KafkaSharp.Protocol;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Creates logs, each in the directory that it is assigned to or in the one with the fewest logs. Called under the manager's lock. A new
/// log waits for no fsync: its first flush makes its folder durable too.
/// </summary>
internal sealed class LogCreation(LogRegistry registry, LogFactory factory, ILogger logger)
{
    /// <returns>
    /// KAFKA_STORAGE_ERROR when no directory works or not the assigned one; INCONSISTENT_TOPIC_ID when its folder is that of another topic.
    /// </returns>
    public ErrorCode Create(TopicPartition partition, Uuid topicId, Uuid? directoryId, out PartitionLog? log)
    {
        foreach (var directory in Candidates(directoryId))
        {
            PartitionLog? created = null;
            var error = ErrorCode.None;
            if (!registry.TryRun(directory, () => error = CreateIn(directory, partition, topicId, out created)))
                continue;
            log = created;
            return error;
        }
        log = null;
        return ErrorCode.KafkaStorageError;
    }

    private IEnumerable<LogDirectory> Candidates(Uuid? directoryId)
    {
        var live = registry.LiveDirectories.ToArray();
        if (directoryId is { } id && Array.Find(registry.Directories, directory => directory.Id == id) is { } assigned)
            return live.Contains(assigned) ? [assigned] : [];
        return live.OrderBy(directory => directory.LogCount);
    }

    private ErrorCode CreateIn(LogDirectory directory, TopicPartition partition, Uuid topicId, out PartitionLog? log)
    {
        log = null;
        if (directory.MayHaveOffsetsOf(partition))
            directory.WriteCheckpoints(() => registry.LogsIn(directory));
        var path = Path.Combine(directory.Path, partition.ToString());
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
