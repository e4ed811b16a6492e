using KafkaSharp.IntegrationTests.Transactions.Checking;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.IntegrationTests.Transactions.Clients;

/// <summary>A consumer that reads committed records, and the committed offset of a group.</summary>
internal sealed class CommittedReader(Retries retries) : IDisposable
{
    /// <summary>A mutation: takes aborted records for committed ones.</summary>
    public bool ShowsAborted { get; set; }

    /// <summary>The committed records from an offset on, and the offset after what was looked at; fewer than there are, or none.</summary>
    public async Task<(List<CommittedRecord> Records, long Next)> ReadAsync(TopicPartition list, long from)
    {
        var records = new List<CommittedRecord>();
        var result = await retries.SendAsync<FetchRequest, FetchResponse>(
            CommittedRequests.Fetch(list, from), CommittedRequests.FetchVersion,
            response => response.ErrorCode != ErrorCode.None ? response.ErrorCode : response.Responses[0].Partitions[0].ErrorCode);
        if (result.Error != ErrorCode.None)
            return (records, from);
        var next = Records.AddCommitted(result.Response!.Responses[0].Partitions[0], from, ShowsAborted, records);
        return (records, next);
    }

    /// <summary>Everything from the beginning up to where no more is committed.</summary>
    public async Task<List<CommittedRecord>> ReadAllAsync(TopicPartition list)
    {
        var all = new List<CommittedRecord>();
        for (var offset = 0L; ;)
        {
            var (records, next) = await ReadAsync(list, offset);
            all.AddRange(records);
            if (next == offset)
                return all;
            offset = next;
        }
    }

    /// <summary>The committed offset, 0 for none; null while a transaction that wrote one is open, or when the client gave up.</summary>
    public async Task<long?> CommittedAsync(string group, TopicPartition partition)
    {
        var result = await retries.SendAsync<OffsetFetchRequest, OffsetFetchResponse>(
            CommittedRequests.OffsetFetch(group, partition), CommittedRequests.OffsetFetchVersion,
            response => response.Groups[0].ErrorCode != ErrorCode.None
                ? response.Groups[0].ErrorCode : response.Groups[0].Topics[0].Partitions[0].ErrorCode);
        return result.Error == ErrorCode.None ? Math.Max(0, result.Response!.Groups[0].Topics[0].Partitions[0].CommittedOffset) : null;
    }

    public void Dispose() => retries.Dispose();
}
