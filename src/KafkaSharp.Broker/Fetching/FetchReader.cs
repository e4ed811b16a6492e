using KafkaSharp.Broker.Replication;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// Reads the partitions of a fetch and, where there is too little to read, waits for more: for the bytes asked for, or the deadline, whichever
/// comes first. Nothing is polled. Safe for use from any thread.
/// </summary>
sealed class FetchReader(ReplicaManager replicas, DeadlineTimer deadlines, TimeProvider time)
{
    /// <summary>The results, parallel to <paramref name="wanted"/>; their leases are the caller's.</summary>
    public ValueTask<FetchPartitionResult[]> ReadAsync(FetchPartitionState[] wanted, FetchParameters parameters)
    {
        var results = new FetchPartitionResult[wanted.Length];
        var bytes = Read(wanted, parameters, results, out var answerNow);
        return answerNow || bytes >= parameters.MinBytes || parameters.MaxWait <= TimeSpan.Zero || wanted.Length == 0
            ? new ValueTask<FetchPartitionResult[]>(results)
            : new ValueTask<FetchPartitionResult[]>(WaitAsync(wanted, parameters, results));
    }

    private async Task<FetchPartitionResult[]> WaitAsync(
        FetchPartitionState[] wanted, FetchParameters parameters, FetchPartitionResult[] results)
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
                var bytes = Read(wanted, parameters, results, out var answerNow);
                if (answerNow || bytes >= parameters.MinBytes || left <= TimeSpan.Zero)
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

    private long Read(FetchPartitionState[] wanted, FetchParameters parameters, FetchPartitionResult[] results, out bool answerNow)
    {
        long bytes = 0;
        var left = parameters.MaxBytes;
        var minOneMessage = !parameters.HardMaxBytes;
        answerNow = false;
        for (var i = 0; i < wanted.Length; i++)
        {
            var error = Find(wanted[i], out var partition);
            var result = error != ErrorCode.None
                ? Refused(error)
                : partition!.Read(wanted[i], parameters.Isolation, Math.Max(0, Math.Min(wanted[i].MaxBytes, left)), minOneMessage);
            results[i] = result;
            answerNow |= result.ErrorCode != ErrorCode.None || result.DivergingEpoch is not null;
            if (result.Records.Length > 0)
                minOneMessage = false;
            left -= result.Records.Length;
            bytes += result.Records.Length;
        }
        return bytes;
    }

    private ErrorCode Find(FetchPartitionState wanted, out Partition? partition)
    {
        if (wanted.Key.TopicId.IsZero)
            return replicas.Find(new TopicPartition(wanted.Key.Topic!, wanted.Key.Partition), out partition);
        var error = replicas.Find(wanted.Key.TopicId, wanted.Key.Partition, out partition);
        if (partition is not null)
            wanted.Topic = partition.Id.TopicPartition.Topic;
        return error;
    }

    // A partition the metadata does not know is answered before any read, and, as in Kafka, with a list of no aborted transactions instead of none.
    private static FetchPartitionResult Refused(ErrorCode error) => new(error)
    {
        AbortedTransactions = error is ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId ? [] : null,
    };

    private static void Release(FetchPartitionResult[] results)
    {
        foreach (var result in results)
            result.Lease?.Dispose();
        Array.Clear(results);
    }
}
