using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>ListOffsets (2): the offset of a timestamp, or of the special values (latest, earliest, largest timestamp, local and tiered
/// ends).</summary>
internal sealed class ListOffsetsHandler(ReplicaManager replicas) : IApiHandler<ListOffsetsRequest, ListOffsetsResponse>
{
    public ValueTask<ListOffsetsResponse?> HandleAsync(RequestContext context, ListOffsetsRequest request)
    {
        if (RequestedIsolation.OfListOffsets(request.ReplicaId, request.IsolationLevel) is not { } isolation)
            return new ValueTask<ListOffsetsResponse?>(Fail(request, ErrorCode.UnknownServerError, context.ApiVersion));
        var response = new ListOffsetsResponse();
        var named = new OrderedDictionary<TopicPartition, ListOffsetsRequest.ListOffsetsPartition?>();
        foreach (var topic in request.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                // As in Kafka, a partition that is named several times is refused, once.
                var name = new TopicPartition(topic.Name, partition.PartitionIndex);
                if (!named.TryAdd(name, partition))
                    named[name] = null;
            }
        }
        foreach (var (name, wanted) in named)
        {
            if (response.Topics.Count == 0 || response.Topics[^1].Name != name.Topic)
                response.Topics.Add(new ListOffsetsResponse.ListOffsetsTopicResponse { Name = name.Topic });
            response.Topics[^1].Partitions.Add(wanted is null
                ? Refused(name.Partition, ErrorCode.InvalidRequest)
                : LookUp(name, wanted, isolation, context.ApiVersion));
        }
        return new ValueTask<ListOffsetsResponse?>(response);
    }

    private ListOffsetsResponse.ListOffsetsPartitionResponse LookUp(
        TopicPartition name, ListOffsetsRequest.ListOffsetsPartition wanted, FetchIsolation isolation, short version)
    {
        if (wanted.Timestamp < 0 && version < LowestVersionOf(wanted.Timestamp))
            return Refused(wanted.PartitionIndex, ErrorCode.UnsupportedVersion);
        var error = replicas.Find(name, out var partition);
        if (error == ErrorCode.None)
            error = partition!.CheckLeader(wanted.CurrentLeaderEpoch);
        if (error != ErrorCode.None)
            return Refused(wanted.PartitionIndex, error);

        var log = partition!.Log;
        // Before the limit, which only goes up.
        var beyond = WhyBeyondIsUnknown(partition, isolation, version);
        var limit = isolation switch
        {
            FetchIsolation.LogEnd => log.LogEndOffset,
            FetchIsolation.TransactionCommitted => log.LastStableOffset,
            _ => log.HighWatermark,
        };
        if (wanted.Timestamp == OffsetLookup.LatestTimestamp)
            return beyond != ErrorCode.None
                ? Refused(wanted.PartitionIndex, beyond)
                : Found(wanted.PartitionIndex, -1, limit, partition.LeaderEpoch, version);
        var found = log.OffsetForTimestamp(wanted.Timestamp);
        if (found.ErrorCode != ErrorCode.None)
            return Refused(wanted.PartitionIndex, found.ErrorCode);
        // Offsets that consumers may not read yet are not found; the ends of the log always are.
        var isBeyond = wanted.Timestamp switch
        {
            OffsetLookup.EarliestTimestamp or OffsetLookup.EarliestLocalTimestamp or OffsetLookup.EarliestPendingUploadTimestamp
                or OffsetLookup.LatestTieredTimestamp => false,
            _ => found.Offset < 0 || found.Offset >= limit,
        };
        if (isBeyond && beyond != ErrorCode.None)
            return Refused(wanted.PartitionIndex, beyond);
        return isBeyond
            ? Found(wanted.PartitionIndex, -1, -1, -1, version)
            : Found(wanted.PartitionIndex, found.Timestamp, found.Offset, found.LeaderEpoch ?? -1, version);
    }

    private static ErrorCode WhyBeyondIsUnknown(Partition partition, FetchIsolation isolation, short version) =>
        isolation == FetchIsolation.LogEnd || !partition.IsHighWatermarkBehindEpoch ? ErrorCode.None
        : version >= 5 ? ErrorCode.OffsetNotAvailable
        : ErrorCode.LeaderNotAvailable;

    // Each special value was introduced by a version; in earlier versions it is refused.
    private static short LowestVersionOf(long timestamp) => timestamp switch
    {
        OffsetLookup.LatestTimestamp or OffsetLookup.EarliestTimestamp => 1,
        OffsetLookup.MaxTimestamp => 7,
        OffsetLookup.EarliestLocalTimestamp => 8,
        OffsetLookup.LatestTieredTimestamp => 9,
        OffsetLookup.EarliestPendingUploadTimestamp => 11,
        _ => short.MaxValue,
    };

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Found(
        int index, long timestamp, long offset, int epoch, short version) => new()
    {
        PartitionIndex = index,
        Timestamp = timestamp,
        Offset = offset,
        LeaderEpoch = version >= 4 ? epoch : -1,
    };

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Refused(int index, ErrorCode error) => new()
    {
        PartitionIndex = index,
        ErrorCode = error,
        Timestamp = -1,
        Offset = -1,
    };

    public ListOffsetsResponse Fail(ListOffsetsRequest request, ErrorCode error, short version) => new()
    {
        Topics = request.Topics.ConvertAll(topic => new ListOffsetsResponse.ListOffsetsTopicResponse
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => Refused(partition.PartitionIndex, error)),
        }),
    };
}
