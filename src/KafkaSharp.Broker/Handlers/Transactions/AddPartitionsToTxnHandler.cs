using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Result = KafkaSharp.Protocol.Messages.AddPartitionsToTxnResponse.AddPartitionsToTxnResult;
using Topic = KafkaSharp.Protocol.Messages.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
using TopicResult = KafkaSharp.Protocol.Messages.AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult;
using Transaction = KafkaSharp.Protocol.Messages.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;

namespace KafkaSharp.Broker.Handlers.Transactions;

/// <summary>
/// AddPartitionsToTxn (24): partitions become part of a transaction, all or none of a request of a client (versions 0 to 3). Since version
/// 4 brokers send it, for several transactions, to add or to verify (KIP-890).
/// </summary>
internal sealed class AddPartitionsToTxnHandler(TransactionProducers producers, Func<MetadataImage> image)
    : IApiHandler<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>
{
    private const short BrokerVersion = 4;
    private const short FencedVersion = 2;

    public async ValueTask<AddPartitionsToTxnResponse?> HandleAsync(RequestContext context, AddPartitionsToTxnRequest request)
    {
        if (context.ApiVersion < BrokerVersion)
        {
            var result = await HandleAsync(context, new Transaction
            {
                TransactionalId = request.V3AndBelowTransactionalId,
                ProducerId = request.V3AndBelowProducerId,
                ProducerEpoch = request.V3AndBelowProducerEpoch,
                Topics = request.V3AndBelowTopics,
            });
            return new AddPartitionsToTxnResponse { ResultsByTopicV3AndBelow = result.TopicResults };
        }
        if (!context.AuthorizeCluster(AclOperation.ClusterAction))
            return Fail(request, ErrorCode.ClusterAuthorizationFailed, context.ApiVersion);
        var results = await Task.WhenAll(request.Transactions.ConvertAll(transaction => HandleAsync(context, transaction)));
        // As in Kafka, a cluster whose transaction.version is too low refuses the whole request.
        return results.Any(IsUnsupported)
            ? Fail(request, ErrorCode.UnsupportedVersion, context.ApiVersion)
            : new AddPartitionsToTxnResponse { ResultsByTransaction = [.. results] };
    }

    public AddPartitionsToTxnResponse Fail(AddPartitionsToTxnRequest request, ErrorCode error, short version) => version < BrokerVersion
        ? new AddPartitionsToTxnResponse { ResultsByTopicV3AndBelow = Refused(request.V3AndBelowTopics, error) }
        : new AddPartitionsToTxnResponse { ErrorCode = error };

    private static bool IsUnsupported(Result result) =>
        result.TopicResults is [{ ResultsByPartition: [{ PartitionErrorCode: ErrorCode.UnsupportedVersion }, ..] }, ..];

    /// <summary>A refusal without a look at the partitions has them as the request names them, as in Kafka.</summary>
    private static List<TopicResult> Refused(List<Topic> topics, ErrorCode error) =>
        topics.ConvertAll(topic => new TopicResult
        {
            Name = topic.Name,
            ResultsByPartition = topic.Partitions.ConvertAll(partition => ToResult(partition, error)),
        });

    /// <summary>Any other result has each partition once, and no topic without partitions.</summary>
    private static List<TopicResult> ToResults(List<Topic> topics, Func<TopicPartition, ErrorCode> errorOf) =>
    [
        .. topics.Where(topic => topic.Partitions.Count > 0).GroupBy(topic => topic.Name, StringComparer.Ordinal)
            .Select(named => new TopicResult
            {
                Name = named.Key,
                ResultsByPartition =
                [
                    .. named.SelectMany(topic => topic.Partitions).Distinct()
                        .Select(partition => ToResult(partition, errorOf(new TopicPartition(named.Key, partition)))),
                ],
            }),
    ];

    private static AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult ToResult(int partition, ErrorCode error) =>
        new() { PartitionIndex = partition, PartitionErrorCode = error };

    private async Task<Result> HandleAsync(RequestContext context, Transaction transaction)
    {
        var id = transaction.TransactionalId;
        return new Result
        {
            TransactionalId = id,
            TopicResults = context.ApiVersion < BrokerVersion
                && !context.Authorize(AclOperation.Write, ResourceType.TransactionalId, id)
                ? Refused(transaction.Topics, ErrorCode.TransactionalIdAuthorizationFailed)
                : ToResults(transaction.Topics, await ErrorsAsync(context, transaction)),
        };
    }

    private async Task<Func<TopicPartition, ErrorCode>> ErrorsAsync(RequestContext context, Transaction transaction)
    {
        var fromClient = context.ApiVersion < BrokerVersion;
        var partitions = new HashSet<TopicPartition>();
        var refused = new Dictionary<TopicPartition, ErrorCode>();
        var topics = image().Topics;
        foreach (var topic in transaction.Topics)
        {
            // Offsets become part of a transaction with AddOffsetsToTxn.
            var isAllowed = !fromClient
                || (!TopicName.IsInternal(topic.Name) && context.Authorize(AclOperation.Write, ResourceType.Topic, topic.Name));
            foreach (var index in topic.Partitions)
            {
                var partition = new TopicPartition(topic.Name, index);
                if (!isAllowed)
                    refused[partition] = ErrorCode.TopicAuthorizationFailed;
                else if (topics.Partition(topic.Name, index) is null)
                    refused[partition] = ErrorCode.UnknownTopicOrPartition;
                else
                    partitions.Add(partition);
            }
        }
        if (refused.Count > 0)
            return partition => refused.GetValueOrDefault(partition, ErrorCode.OperationNotAttempted);
        if (!transaction.VerifyOnly)
            return await AddAsync(context, transaction, partitions);
        List<TopicPartition> verified = [.. partitions];
        var errors = await producers.VerifyAsync(
            transaction.TransactionalId, transaction.ProducerId, transaction.ProducerEpoch, verified);
        var byPartition = verified.Zip(errors).ToDictionary(pair => pair.First, pair => pair.Second);
        return partition => byPartition[partition];
    }

    private async Task<Func<TopicPartition, ErrorCode>> AddAsync(
        RequestContext context, Transaction transaction, HashSet<TopicPartition> partitions)
    {
        var error = await producers.AddAsync(
            transaction.TransactionalId, transaction.ProducerId, transaction.ProducerEpoch, partitions,
            TransactionVersion.OfAddPartitions(context.ApiVersion));
        var known = TransactionErrors.For(error, context.ApiVersion, FencedVersion);
        return _ => known;
    }
}
