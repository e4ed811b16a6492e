using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>
/// AlterReplicaLogDirs (34): begins to move replicas of this broker to other log directories (KIP-113). The response comes when the moves
/// have begun, or have been refused.
/// </summary>
/// <param name="replicas">The replicas of this broker.</param>
/// <param name="background">Runs what waits for the disk.</param>
/// <param name="logger">Gets the refusals.</param>
internal sealed class AlterReplicaLogDirsHandler(
    ReplicaManager replicas, Action<Action> background, ILogger<AlterReplicaLogDirsHandler> logger)
    : IApiHandler<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>
{
    public async ValueTask<AlterReplicaLogDirsResponse?> HandleAsync(RequestContext context, AlterReplicaLogDirsRequest request)
    {
        var done = new TaskCompletionSource<AlterReplicaLogDirsResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        background(() =>
        {
            try
            {
                done.SetResult(Alter(request));
            }
#pragma warning disable CA1031 // It is thrown again where the response is made.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.SetException(e);
            }
        });
        return await done.Task;
    }

    public AlterReplicaLogDirsResponse Fail(AlterReplicaLogDirsRequest request, ErrorCode error, short version) =>
        Response(Merge(request).Select(wanted => (wanted.Key, error)));

    private AlterReplicaLogDirsResponse Alter(AlterReplicaLogDirsRequest request)
    {
        List<(TopicPartition, ErrorCode)> results = [];
        foreach (var (partition, path) in Merge(request))
        {
            var error = replicas.AlterDirectory(partition, path);
            if (error != ErrorCode.None)
                logger.DirectoryNotAltered(partition, path, error);
            results.Add((partition, error));
        }
        return Response(results);
    }

    // As in Kafka, a partition that is named several times counts once, with its last directory.
    private static OrderedDictionary<TopicPartition, string> Merge(AlterReplicaLogDirsRequest request)
    {
        var paths = new OrderedDictionary<TopicPartition, string>();
        foreach (var directory in request.Dirs)
        {
            foreach (var topic in directory.Topics)
            {
                foreach (var partition in topic.Partitions)
                    paths[new TopicPartition(topic.Name, partition)] = directory.Path;
            }
        }
        return paths;
    }

    private static AlterReplicaLogDirsResponse Response(IEnumerable<(TopicPartition Partition, ErrorCode Error)> results) => new()
    {
        Results =
        [
            .. results.GroupBy(result => result.Partition.Topic)
                .Select(topic => new AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult
                {
                    TopicName = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(result => new AlterReplicaLogDirsResponse.AlterReplicaLogDirPartitionResult
                        {
                            PartitionIndex = result.Partition.Partition,
                            ErrorCode = result.Error,
                        }),
                    ],
                }),
        ],
    };
}
