using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Waiting;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// Reads the partitions of a fetch and, if there is too little to read, waits for <c>min_bytes</c> or the deadline, without polling. As in
/// Kafka, unknown partitions do not end the wait for others: a client that has not yet learned of a topic's deletion would otherwise send
/// requests without a pause. Safe for use from any thread.
/// </summary>
/// <remarks>
/// A partition of a waiting fetch takes about 300 bytes, for as long as its client chooses. So fetches of more than a thousand partitions
/// wait only while the waiting ones have fewer than a million together; others respond at once with what there is. What the name of a topic
/// takes beyond the length that topics can have counts as further partitions. And a wait ends with its
/// connection, which a client could otherwise replace by the next one. A waiting fetch keeps nothing of what it has read.
/// A partition may list any number of aborted transactions, also without records. Once a fetch has listed ten thousand, it responds at
/// once, and its other partitions have neither records nor lists: a consumer fetches them next.
/// </remarks>
internal sealed class FetchReader(ReplicaManager replicas, TimerWheel timers, TimeProvider time)
{
    private const int FewPartitions = 1000;
    private const int PartitionsOfTurn = 256;
    private static readonly List<FetchResponse.AbortedTransaction> s_none = [];

    private long _waitingPartitions;

    /// <summary>How many partitions the waiting fetches of many partitions have together at most.</summary>
    internal long MaxWaitingPartitions { get; init; } = 1_000_000;

    /// <summary>After how many aborted transactions a fetch reads no more records: each takes about half a microsecond.</summary>
    internal int MaxAbortedTransactions { get; init; } = 10_000;

    /// <summary>
    /// The results, parallel to <paramref name="wanted"/>; the caller disposes of their leases. The read after a wait of a large request
    /// runs on a lane.
    /// </summary>
    /// <exception cref="OperationCanceledException">The connection was closed during the wait.</exception>
    public ValueTask<FetchPartitionResult[]> ReadAsync(
        FetchPartitions wanted, FetchParameters parameters, RequestContext? context = null)
    {
        var results = new FetchPartitionResult[wanted.Count];
        try
        {
            return ReadOrWait(wanted, parameters, results, context);
        }
        catch
        {
            Release(results);
            throw;
        }
    }

    private ValueTask<FetchPartitionResult[]> ReadOrWait(
        FetchPartitions wanted, FetchParameters parameters, FetchPartitionResult[] results, RequestContext? context)
    {
        var (bytes, unknown, refused) = Read(wanted, parameters, results, context, isFirst: true);
        return refused || bytes >= parameters.MinBytes || parameters.MaxWait <= TimeSpan.Zero || unknown == wanted.Count
            || !TryBeginWait(wanted, out var counted)
            ? new ValueTask<FetchPartitionResult[]>(results)
            : new ValueTask<FetchPartitionResult[]>(WaitAsync(wanted, counted, parameters, results, context));
    }

    private bool TryBeginWait(FetchPartitions wanted, out long counted)
    {
        counted = wanted.CountForWait();
        if (counted <= FewPartitions || Interlocked.Add(ref _waitingPartitions, counted) <= MaxWaitingPartitions)
            return true;
        EndWait(counted);
        return false;
    }

    private void EndWait(long partitions)
    {
        if (partitions > FewPartitions)
            Interlocked.Add(ref _waitingPartitions, -partitions);
    }

    private async Task<FetchPartitionResult[]> WaitAsync(
        FetchPartitions wanted, long counted, FetchParameters parameters, FetchPartitionResult[] results, RequestContext? context)
    {
        try
        {
            return await WaitForBytesAsync(wanted, parameters, results, context);
        }
        catch
        {
            Release(results);
            throw;
        }
        finally
        {
            EndWait(counted);
        }
    }

    private async Task<FetchPartitionResult[]> WaitForBytesAsync(
        FetchPartitions wanted, FetchParameters parameters, FetchPartitionResult[] results, RequestContext? context)
    {
        var started = time.GetTimestamp();
        var closing = context?.Connection.Closing ?? CancellationToken.None;
        for (var isFirst = true; ; isFirst = false)
        {
            var left = parameters.MaxWait - time.GetElapsedTime(started);
            var (wait, bytes, refused) = isFirst || context?.IsLarge != true
                ? ReadForWait(wanted, parameters, results, context)
                : await context.RunOnLaneAsync(_ => ReadForWait(wanted, parameters, results, context));
            if (refused || bytes >= parameters.MinBytes || left <= TimeSpan.Zero)
                return results;
            Release(results);
            await wait.WaitAsync(parameters.MinBytes - bytes, left, closing);
            if (closing.IsCancellationRequested)
                throw new OperationCanceledException("The connection was closed while the fetch waited");
        }
    }

    // The wait is made before the read: what arrives after it is counted.
    private (FetchWait Wait, long Bytes, bool Refused) ReadForWait(
        FetchPartitions wanted, FetchParameters parameters, FetchPartitionResult[] results, RequestContext? context)
    {
        var wait = new FetchWait(timers, FindProgress(wanted, parameters.Isolation, context));
        Release(results);
        var (bytes, _, refused) = Read(wanted, parameters, results, context, isFirst: false);
        return (wait, bytes, refused);
    }

    private List<PartitionProgress> FindProgress(FetchPartitions wanted, FetchIsolation isolation, RequestContext? context)
    {
        var found = new List<PartitionProgress>(wanted.Count);
        for (var i = 0; i < wanted.Count; i++)
        {
            if (i % PartitionsOfTurn == PartitionsOfTurn - 1)
                context?.CheckIn();
            if (Find(ref wanted[i], out var partition) == ErrorCode.None)
                found.Add(ProgressOf(partition!, isolation));
        }
        return found;
    }

    private static PartitionProgress ProgressOf(Partition partition, FetchIsolation isolation) => isolation switch
    {
        FetchIsolation.LogEnd => partition.Appended,
        FetchIsolation.TransactionCommitted => partition.Stable,
        _ => partition.Committed,
    };

    private (long Bytes, int Unknown, bool Refused) Read(
        FetchPartitions wanted, FetchParameters parameters, FetchPartitionResult[] results, RequestContext? context, bool isFirst)
    {
        var (bytes, unknown, refused) = (0L, 0, false);
        var left = parameters.MaxBytes;
        var minOneMessage = !parameters.HardMaxBytes;
        var aborted = 0;
        for (var i = 0; i < wanted.Count; i++)
        {
            if (i % PartitionsOfTurn == PartitionsOfTurn - 1)
                context?.CheckIn();
            var error = Find(ref wanted[i], out var partition);
            var isFull = aborted >= MaxAbortedTransactions;
            var read = ReadOf(wanted[i], parameters, isFull ? 0 : left, minOneMessage && !isFull) with { OnlyOffsets = isFull };
            var result = error == ErrorCode.None ? partition!.Read(read) : Refused(error, wasKnown: !isFirst && wanted[i].IsKnown);
            results[i] = result;
            refused |= isFull;
            aborted += result.AbortedTransactions?.Count ?? 0;
            if (result.IsUnknown)
                unknown++;
            else
                refused |= result.ErrorCode != ErrorCode.None || result.DivergingEpoch is not null || result.EndsWait
                    || (!isFirst && wanted[i].FirstSegment >= 0 && wanted[i].FirstSegment < result.SegmentBaseOffset);
            if (isFirst)
                wanted[i].FirstSegment = result.SegmentBaseOffset;
            wanted[i].IsKnown = !result.IsUnknown;
            if (result.Records.Length > 0)
                minOneMessage = false;
            left = Math.Max(0, left - result.Records.Length);
            bytes += result.Records.Length;
        }
        return (bytes, unknown, refused);
    }

    private static PartitionRead ReadOf(in FetchPartitionState wanted, FetchParameters parameters, int left, bool minOneMessage) => new(
        wanted.FetchOffset, Math.Min(wanted.MaxBytes, left), wanted.CurrentLeaderEpoch, wanted.LastFetchedEpoch,
        parameters.Isolation, minOneMessage, parameters.HardMaxBytes, parameters.ReplicaId);

    private ErrorCode Find(ref FetchPartitionState wanted, out Partition? partition)
    {
        if (wanted.Key.Topic is { } name)
            return replicas.Find(new TopicPartition(name, wanted.Key.Partition), out partition);
        var error = replicas.Find(wanted.Key.TopicId, wanted.Key.Partition, out partition);
        if (partition is not null)
            wanted.Topic = partition.Id.TopicPartition.Topic;
        else
            wanted.Topic ??= replicas.NameOf(wanted.Key.TopicId);
        return error == ErrorCode.UnknownTopicId && wanted.Topic is { } known
            ? WithoutTopic(new TopicPartition(known, wanted.Key.Partition))
            : error;
    }

    // As in Kafka, a wait or session that has found the name of an id goes on with the name: a topic that was deleted is unknown by its
    // name, and a new topic of this name has another id.
    private ErrorCode WithoutTopic(TopicPartition name)
    {
        var error = replicas.Find(name, out _);
        return error == ErrorCode.None ? ErrorCode.InconsistentTopicId : error;
    }

    // As in Kafka, a partition that the metadata does not know has an empty list of aborted transactions instead of none, unless it was
    // deleted during the wait.
    private static FetchPartitionResult Refused(ErrorCode error, bool wasKnown)
    {
        var result = new FetchPartitionResult(error) { IsLost = wasKnown };
        return result.IsUnknown ? result with { AbortedTransactions = s_none } : result;
    }

    private static void Release(FetchPartitionResult[] results)
    {
        foreach (var result in results)
            result.Lease?.Dispose();
        Array.Clear(results);
    }
}
