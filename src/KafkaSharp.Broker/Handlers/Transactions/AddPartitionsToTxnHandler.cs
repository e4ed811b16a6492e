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
            var (result, _) = await HandleAsync(context, new Transaction
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
        return results.Any(result => result.Error == ErrorCode.UnsupportedVersion)
            ? Fail(request, ErrorCode.UnsupportedVersion, context.ApiVersion)
            : new AddPartitionsToTxnResponse { ResultsByTransaction = [.. results.Select(result => result.Result)] };
    }

    public AddPartitionsToTxnResponse Fail(AddPartitionsToTxnRequest request, ErrorCode error, short version) => version < BrokerVersion
        ? new AddPartitionsToTxnResponse { ResultsByTopicV3AndBelow = ForAll(request.V3AndBelowTopics, error) }
        : new AddPartitionsToTxnResponse { ErrorCode = error };

    /// <summary>An error of all partitions has them as the request names them, as in Kafka.</summary>
    private static List<TopicResult> ForAll(List<Topic> topics, ErrorCode error) =>
        topics.ConvertAll(topic => new TopicResult
        {
            Name = topic.Name,
            ResultsByPartition = topic.Partitions.ConvertAll(partition => ToResult(partition, error)),
        });

    /// <summary>Errors of single partitions have each partition once, and no topic without partitions.</summary>
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

    /// <summary>The results of the partitions, and the error of adding them, which a transaction without partitions has too.</summary>
    private async Task<(Result Result, ErrorCode Error)> HandleAsync(RequestContext context, Transaction transaction)
    {
        var id = transaction.TransactionalId;
        var (topics, error) = context.ApiVersion < BrokerVersion
            && !context.Authorize(AclOperation.Write, ResourceType.TransactionalId, id)
            ? (ForAll(transaction.Topics, ErrorCode.TransactionalIdAuthorizationFailed), ErrorCode.None)
            : await ResultsAsync(context, transaction);
        return (new Result { TransactionalId = id, TopicResults = topics }, error);
    }

    private async Task<(List<TopicResult> Topics, ErrorCode Error)> ResultsAsync(RequestContext context, Transaction transaction)
    {
        var (partitions, refused) = Partitions(context, transaction);
        if (refused.Count > 0)
        {
            return (
                ToResults(transaction.Topics, partition => refused.GetValueOrDefault(partition, ErrorCode.OperationNotAttempted)),
                ErrorCode.None);
        }
        var (id, producerId, epoch) = (transaction.TransactionalId, transaction.ProducerId, transaction.ProducerEpoch);
        if (!transaction.VerifyOnly)
        {
            var error = await producers.AddAsync(
                id, producerId, epoch, partitions, TransactionVersion.OfAddPartitions(context.ApiVersion));
            return (ForAll(transaction.Topics, TransactionErrors.For(error, context.ApiVersion, FencedVersion)), error);
        }
        List<TopicPartition> verified = [.. partitions];
        var errors = await producers.VerifyAsync(id, producerId, epoch, verified);
        var byPartition = verified.Zip(errors).ToDictionary(pair => pair.First, pair => pair.Second);
        return (ToResults(transaction.Topics, partition => byPartition[partition]), ErrorCode.None);
    }

    private (HashSet<TopicPartition> Known, Dictionary<TopicPartition, ErrorCode> Refused) Partitions(
        RequestContext context, Transaction transaction)
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
        return (partitions, refused);
    }
}
