using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// The shards of one coordinator on this broker, as its requests use them: finds the shard of an id, runs commands in it, and makes every
/// failure an error code of the response. All members may be called from any thread.
/// </summary>
internal abstract class CoordinatorShards<TShard, TRecord>(CoordinatorRuntime<TShard, TRecord> runtime, ILogger log)
    : IPartitionedCoordinator, IAsyncDisposable
    where TShard : class, ICoordinatorShard<TRecord>
    where TRecord : class
{
    private volatile int _partitionCount;

    /// <summary>Whether requests are served: from the start to the stop.</summary>
    public bool IsActive => _partitionCount > 0;

    public void Start(int partitionCount) => _partitionCount = partitionCount;

    public int? PartitionFor(string id) => _partitionCount is > 0 and var count ? JavaString.PartitionFor(id, count) : null;

    public void OnElection(int partition, int leaderEpoch) => runtime.OnElection(partition, leaderEpoch);

    public void OnResignation(int partition, int? leaderEpoch) => runtime.OnResignation(partition, leaderEpoch);

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        var topic = runtime.Options.Topic;
        if (delta.Topics is not null
            && image.Topics.Topic(topic) is { PartitionCount: var actual }
            && delta.Image.Topics.Topic(topic)?.PartitionCount != actual
            && _partitionCount is > 0 and var known
            && actual != known)
            log.PartitionCountChanged(topic, actual, known);
        runtime.OnMetadataUpdate(delta, image);
    }

    /// <summary>Refuses requests from here on, and unloads every shard.</summary>
    public async ValueTask DisposeAsync()
    {
        _partitionCount = 0;
        await runtime.DisposeAsync();
    }

    /// <summary>
    /// What the shards of this broker list. An error while one of them loads, because the list would be incomplete; a shard that another
    /// broker serves by now is left out.
    /// </summary>
    public async Task<(ErrorCode Error, List<T> Items)> ListAsync<T>(string name, Func<TShard, IEnumerable<T>> list)
    {
        List<T> items = [];
        foreach (var shard in runtime.Shards)
        {
            var error = await GuardAsync(
                name,
                async () =>
                {
                    items.AddRange(await shard.ReadAsync(name, list));
                    return ErrorCode.None;
                },
                error => error == ErrorCode.NotCoordinator ? ErrorCode.None : ToResponse(error));
            if (error != ErrorCode.None)
                return (error, []);
        }
        return (ErrorCode.None, items);
    }

    /// <summary>The error code in responses for an error of the log or of a shard.</summary>
    protected abstract ErrorCode ToResponse(ErrorCode error);

    /// <summary>Runs an operation in the shard of an id.</summary>
    /// <param name="id">The id, such as that of a group.</param>
    /// <param name="name">The operation's name in logs.</param>
    /// <param name="run">The operation.</param>
    /// <param name="refuse">Makes the response to an error.</param>
    protected Task<T> RunAsync<T>(string id, string name, Func<ShardHost<TShard, TRecord>, Task<T>> run, Func<ErrorCode, T> refuse) =>
        PartitionFor(id) is { } partition
            ? RunAsync(partition, name, run, error => refuse(ToResponse(error)))
            : Task.FromResult(refuse(ErrorCode.CoordinatorNotAvailable));

    /// <summary>The same in the shard of a partition. Errors are those of the log and of the shard.</summary>
    protected Task<T> RunAsync<T>(int partition, string name, Func<ShardHost<TShard, TRecord>, Task<T>> run, Func<ErrorCode, T> refuse)
    {
        if (!IsActive)
            return Task.FromResult(refuse(ErrorCode.CoordinatorNotAvailable));
        return runtime.Find(partition) is { } shard
            ? GuardAsync(name, () => run(shard), refuse)
            : Task.FromResult(refuse(ErrorCode.NotCoordinator));
    }

    private async Task<T> GuardAsync<T>(string name, Func<Task<T>> run, Func<ErrorCode, T> refuse)
    {
        try
        {
            return await run();
        }
        catch (StateMachineException e)
        {
            return refuse(e.ErrorCode);
        }
#pragma warning disable CA1031 // A fault in one request must not affect others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.OperationFailed(name, e);
            return refuse(ErrorCode.UnknownServerError);
        }
    }
}
