using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>DescribeLogDirs (35): the log directories, their partitions, and their total and usable bytes (KIP-113, KIP-827).</summary>
internal sealed class DescribeLogDirsHandler(LogManager logs, IFileSystem files)
    : IApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>
{
    private const long UnknownBytes = -1;
    private const long UnknownLag = -1;

    public ValueTask<DescribeLogDirsResponse?> HandleAsync(RequestContext context, DescribeLogDirsRequest request)
    {
        var wanted = request.Topics?
            .SelectMany(topic => topic.Partitions, (topic, partition) => new TopicPartition(topic.Topic, partition))
            .ToHashSet();
        var byDirectory = Held(wanted).ToLookup(log => log.Directory);
        return new ValueTask<DescribeLogDirsResponse?>(
            new DescribeLogDirsResponse
            {
                Results = [.. logs.Directories.Select(directory => Describe(directory, byDirectory[directory.Path]))],
            });
    }

    public DescribeLogDirsResponse Fail(DescribeLogDirsRequest request, ErrorCode error, short version) => new() { ErrorCode = error };

    // What is held where is read once, the future replicas last: one whose move ends meanwhile is none any more, and its log has been read
    // in the directory that it leaves.
    private List<HeldLog> Held(HashSet<TopicPartition>? wanted)
    {
        var held = logs.Logs.Select(log => HeldLog.Of(log, isFuture: false)).ToList();
        held.AddRange(logs.Futures.Select(log => HeldLog.Of(log, log.IsFuture)).Where(log => log.IsFuture));
        held.RemoveAll(log => wanted?.Contains(log.Log.TopicPartition) == false);
        return held;
    }

    private DescribeLogDirsResponse.DescribeLogDirsResult Describe(LogDirectory directory, IEnumerable<HeldLog> held)
    {
        if (directory.IsOffline)
            return new() { LogDir = directory.Path, ErrorCode = ErrorCode.KafkaStorageError };
        return new()
        {
            LogDir = directory.Path,
            IsCordoned = directory.IsCordoned,
            TotalBytes = Bytes(files.GetTotalBytes, directory.Path),
            UsableBytes = Bytes(files.GetAvailableBytes, directory.Path),
            Topics =
            [
                .. held.GroupBy(log => log.Log.TopicPartition.Topic).Select(topic => new DescribeLogDirsResponse.DescribeLogDirsTopic
                {
                    Name = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(log => new DescribeLogDirsResponse.DescribeLogDirsPartition
                        {
                            PartitionIndex = log.Log.TopicPartition.Partition,
                            PartitionSize = log.Log.Size,
                            OffsetLag = Lag(log),
                            IsFutureKey = log.IsFuture,
                        }),
                    ],
                }),
            ],
        };
    }

    // What a future replica has still to copy; the log itself, as that of a leader, has all that is committed.
    private long Lag(HeldLog held)
    {
        var log = held.Log;
        return !held.IsFuture ? Math.Max(0, log.HighWatermark - log.LogEndOffset)
            : logs.Get(log.TopicPartition) is { } current ? current.LogEndOffset - log.LogEndOffset
            : UnknownLag;
    }

    private static long Bytes(Func<string, long> read, string path)
    {
        try
        {
            return read(path);
        }
        catch (IOException)
        {
            return UnknownBytes;
        }
    }

    private sealed record HeldLog(PartitionLog Log, string? Directory, bool IsFuture)
    {
        public static HeldLog Of(PartitionLog log, bool isFuture) => new(log, Path.GetDirectoryName(log.Directory), isFuture);
    }
}
