using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Broker.Handlers.Producers;

/// <summary>
/// WriteTxnMarkers (27): writes the markers that end transactions to partitions of this broker, for a transaction coordinator or an
/// administrator who aborts a transaction. The response comes when all of them are replicated or refused.
/// </summary>
internal sealed class WriteTxnMarkersHandler(ITransactionMarkerSender markers)
    : IApiHandler<WriteTxnMarkersRequest, WriteTxnMarkersResponse>
{
    public async ValueTask<WriteTxnMarkersResponse?> HandleAsync(RequestContext context, WriteTxnMarkersRequest request)
    {
        if (!context.AuthorizeCluster(AclOperation.Alter) && !context.AuthorizeCluster(AclOperation.ClusterAction))
            return Fail(request, ErrorCode.ClusterAuthorizationFailed, context.ApiVersion);
        // As in Kafka, no batch can be built for it, which fails the whole request.
        if (request.Markers.Exists(marker => HasNoProducer(marker) && PartitionsOf(marker).Count > 0))
            return Fail(request, ErrorCode.UnknownServerError, context.ApiVersion);
        List<(long ProducerId, List<TopicPartition> Partitions, Task<IReadOnlyList<ErrorCode>> Writing)> sent = [];
        foreach (var marker in request.Markers)
        {
            var partitions = PartitionsOf(marker);
            // As in Kafka, a marker without partitions has no result.
            if (partitions.Count > 0)
                sent.Add((marker.ProducerId, partitions, markers.SendAsync(MarkerOf(marker), partitions)));
        }
        var results = new Results();
        foreach (var (producerId, partitions, writing) in sent)
        {
            var errors = await writing;
            for (var i = 0; i < errors.Count; i++)
                results.Set(producerId, partitions[i], errors[i]);
        }
        return results.ToResponse();
    }

    public WriteTxnMarkersResponse Fail(WriteTxnMarkersRequest request, ErrorCode error, short version)
    {
        var results = new Results();
        foreach (var marker in request.Markers)
        {
            results.Add(marker.ProducerId);
            foreach (var partition in PartitionsOf(marker))
                results.Set(marker.ProducerId, partition, error);
        }
        return results.ToResponse();
    }

    private static bool HasNoProducer(WriteTxnMarkersRequest.WritableTxnMarker marker) =>
        marker.ProducerId == RecordBatchHeader.NoProducerId || marker.ProducerEpoch == RecordBatchHeader.NoProducerEpoch;

    private static TransactionMarker MarkerOf(WriteTxnMarkersRequest.WritableTxnMarker marker) => new(
        marker.ProducerId, marker.ProducerEpoch, marker.TransactionResult, marker.CoordinatorEpoch, marker.TransactionVersion);

    // Each once.
    private static List<TopicPartition> PartitionsOf(WriteTxnMarkersRequest.WritableTxnMarker marker) =>
        [.. marker.Topics.SelectMany(topic => topic.PartitionIndexes.Select(index => new TopicPartition(topic.Name, index))).Distinct()];

    /// <summary>
    /// The errors by producer and partition. The result of a later marker of a producer for a partition replaces that of the one before.
    /// </summary>
    private sealed class Results
    {
        private readonly OrderedDictionary<long, OrderedDictionary<TopicPartition, ErrorCode>> _byProducer =
            new(SeededInt64Comparer.Instance);

        public OrderedDictionary<TopicPartition, ErrorCode> Add(long producerId)
        {
            if (!_byProducer.TryGetValue(producerId, out var partitions))
                _byProducer.Add(producerId, partitions = []);
            return partitions;
        }

        public void Set(long producerId, TopicPartition partition, ErrorCode error) => Add(producerId)[partition] = error;

        public WriteTxnMarkersResponse ToResponse() => new()
        {
            Markers =
            [
                .. _byProducer.Select(producer => new WriteTxnMarkersResponse.WritableTxnMarkerResult
                {
                    ProducerId = producer.Key,
                    Topics =
                    [
                        .. producer.Value.GroupBy(partition => partition.Key.Topic, StringComparer.Ordinal).Select(ResultOf),
                    ],
                }),
            ],
        };

        private static WriteTxnMarkersResponse.WritableTxnMarkerTopicResult ResultOf(
            IGrouping<string, KeyValuePair<TopicPartition, ErrorCode>> topic) => new()
        {
            Name = topic.Key,
            Partitions =
            [
                .. topic.Select(partition => new WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult
                {
                    PartitionIndex = partition.Key.Partition,
                    ErrorCode = partition.Value,
                }),
            ],
        };
    }
}
