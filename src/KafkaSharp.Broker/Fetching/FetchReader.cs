using KafkaSharp.Broker.Replication;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// Reads the partitions of a fetch and, where there is too little to read, waits for more: for the bytes asked for, or the deadline, whichever
/// comes first. Nothing is polled. As in Kafka, partitions that nobody knows are kept out of the wait while there are others: a client
/// that has not yet heard of a topic's deletion would otherwise ask without pause. Safe for use from any thread.
/// </summary>
sealed class FetchReader(ReplicaManager replicas, DeadlineTimer deadlines, TimeProvider time)
{
    /// <summary>The results, parallel to <paramref name="wanted"/>; their leases are the caller's.</summary>
    public ValueTask<FetchPartitionResult[]> ReadAsync(FetchPartitionState[] wanted, FetchParameters parameters)
    {
        var results = new FetchPartitionResult[wanted.Length];
        var (bytes, unknown, refused) = Read(wanted, parameters, results);
        return refused || bytes >= parameters.MinBytes || parameters.MaxWait <= TimeSpan.Zero || unknown == wanted.Length
            ? new ValueTask<FetchPartitionResult[]>(results)
            : new ValueTask<FetchPartitionResult[]>(WaitAsync(wanted, parameters, results, unknown));
    }

    private async Task<FetchPartitionResult[]> WaitAsync(
        FetchPartitionState[] wanted, FetchParameters parameters, FetchPartitionResult[] results, int unknownAtFirst)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var left = parameters.MaxWait - time.GetElapsedTime(started);
            var waiter = new ProgressWaiter(parameters.MinBytes);
            var partitions = Register(wanted, waiter);
            try
            {
                // What came between the last read and the registration told nobody: look once more before sleeping.
                Release(results);
                var (bytes, unknown, refused) = Read(wanted, parameters, results);
                if (refused || unknown > unknownAtFirst || bytes >= parameters.MinBytes || left <= TimeSpan.Zero)
                    return results;
                waiter.OnProgress(bytes);
                deadlines.Add(waiter, left);
                await waiter.Completion.ConfigureAwait(false);
            }
            finally
            {
                foreach (var partition in partitions)
                    partition.Progress.Unregister(waiter);
            }
        }
    }

    private List<Partition> Register(FetchPartitionState[] wanted, ProgressWaiter waiter)
    {
        var partitions = new List<Partition>(wanted.Length);
        foreach (var state in wanted)
        {
            if (Find(state, out var partition) != ErrorCode.None)
                continue;
            partition!.Progress.Register(waiter);
            partitions.Add(partition);
        }
        return partitions;
    }

    private (long Bytes, int Unknown, bool Refused) Read(
        FetchPartitionState[] wanted, FetchParameters parameters, FetchPartitionResult[] results)
    {
        var (bytes, unknown, refused) = (0L, 0, false);
        var left = parameters.MaxBytes;
        var minOneMessage = !parameters.HardMaxBytes;
        for (var i = 0; i < wanted.Length; i++)
        {
            var error = Find(wanted[i], out var partition);
            var result = error != ErrorCode.None
                ? Refused(error)
                : partition!.Read(wanted[i], parameters.Isolation, Math.Max(0, Math.Min(wanted[i].MaxBytes, left)), minOneMessage);
            results[i] = result;
            if (IsUnknown(error))
                unknown++;
            else
                refused |= result.ErrorCode != ErrorCode.None || result.DivergingEpoch is not null;
            if (result.Records.Length > 0)
                minOneMessage = false;
            left -= result.Records.Length;
            bytes += result.Records.Length;
        }
        return (bytes, unknown, refused);
    }

    private ErrorCode Find(FetchPartitionState wanted, out Partition? partition)
    {
        if (wanted.Key.Topic is { } name)
            return replicas.Find(new TopicPartition(name, wanted.Key.Partition), out partition);
        var error = replicas.Find(wanted.Key.TopicId, wanted.Key.Partition, out partition);
        if (partition is not null)
            wanted.Topic = partition.Id.TopicPartition.Topic;
        return error;
    }

    private static bool IsUnknown(ErrorCode error) => error is ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId;

    // A partition the metadata does not know is answered before any read, and, as in Kafka, with a list of no aborted transactions instead of none.
    private static FetchPartitionResult Refused(ErrorCode error) => new(error)
    {
        AbortedTransactions = IsUnknown(error) ? [] : null,
    };

    private static void Release(FetchPartitionResult[] results)
    {
        foreach (var result in results)
            result.Lease?.Dispose();
        Array.Clear(results);
    }
}
