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
        ? new AddPartitionsToTxnResponse { ResultsByTopicV3AndBelow = ToResults(request.V3AndBelowTopics, _ => error) }
        : new AddPartitionsToTxnResponse { ErrorCode = error };

    private static bool IsUnsupported(Result result) =>
        result.TopicResults is [{ ResultsByPartition: [{ PartitionErrorCode: ErrorCode.UnsupportedVersion }, ..] }, ..];

    private static List<TopicResult> ToResults(List<Topic> topics, Func<TopicPartition, ErrorCode> errorOf) =>
        topics.ConvertAll(topic => new TopicResult
        {
            Name = topic.Name,
            ResultsByPartition = topic.Partitions.ConvertAll(
                partition => new AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult
                {
                    PartitionIndex = partition,
                    PartitionErrorCode = errorOf(new TopicPartition(topic.Name, partition)),
                }),
        });

    private async Task<Result> HandleAsync(RequestContext context, Transaction transaction)
    {
        var id = transaction.TransactionalId;
        return new Result
        {
            TransactionalId = id,
            TopicResults = ToResults(transaction.Topics, await ErrorsAsync(context, transaction)),
        };
    }

    private async Task<Func<TopicPartition, ErrorCode>> ErrorsAsync(RequestContext context, Transaction transaction)
    {
        var fromClient = context.ApiVersion < BrokerVersion;
        if (fromClient && !context.Authorize(AclOperation.Write, ResourceType.TransactionalId, transaction.TransactionalId))
            return _ => ErrorCode.TransactionalIdAuthorizationFailed;
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
