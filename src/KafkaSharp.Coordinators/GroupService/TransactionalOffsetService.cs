using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using RequestPartition = KafkaSharp.Protocol.Messages.TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition;
using RequestTopic = KafkaSharp.Protocol.Messages.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
using ResponsePartition = KafkaSharp.Protocol.Messages.TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition;
using ResponseTopic = KafkaSharp.Protocol.Messages.TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// The offsets that transactions commit: TxnOffsetCommit holds them, the markers of the transaction coordinator end the transaction. Errors
/// are values; the tasks do not fail. Safe for use from any thread.
/// </summary>
public sealed class TransactionalOffsetService
{
    /// <summary>The first version whose clients retry COORDINATOR_LOAD_IN_PROGRESS.</summary>
    private const short LoadErrorVersion = 2;

    private readonly GroupShards _shards;
    private readonly ITopicLookup _lookup;

    internal TransactionalOffsetService(GroupShards shards, ITopicLookup lookup)
    {
        _shards = shards;
        _lookup = lookup;
    }

    /// <summary>One error for everything in the request.</summary>
    public static TxnOffsetCommitResponse Refuse(TxnOffsetCommitRequest request, ErrorCode error, short apiVersion) =>
        new() { Topics = request.Topics.ConvertAll(topic => Refused(topic, topic.Partitions, ForVersion(error, apiVersion))) };

    /// <param name="context">The request besides its body.</param>
    /// <param name="request">The request.</param>
    /// <param name="mayRead">Whether the client may read a topic; called before the method first yields.</param>
    public async Task<TxnOffsetCommitResponse> CommitAsync(
        GroupRequestContext context, TxnOffsetCommitRequest request, Predicate<string> mayRead)
    {
        var responses = new TopicResponses<ResponseTopic, ResponsePartition>(topic => topic.Name, topic => topic.Partitions);
        var accepted = new List<RequestTopic>(request.Topics.Count);
        foreach (var topic in request.Topics)
        {
            if (!mayRead(topic.Name))
                responses.Add(Refused(topic, topic.Partitions, ErrorCode.TopicAuthorizationFailed));
            else if (Existing(topic, responses) is { Count: > 0 } partitions)
                accepted.Add(new RequestTopic { Name = topic.Name, Partitions = partitions });
        }
        if (accepted.Count == 0)
            return new TxnOffsetCommitResponse { Topics = responses.Topics };
        var committed = await _shards.WriteInTransactionAsync(
            request.GroupId, "commit-offset-in-transaction",
            new TransactionIdentity(request.TransactionalId, request.ProducerId, request.ProducerEpoch, context.ApiVersion),
            shard =>
            {
                var records = new List<GroupRecord>();
                var topics = new List<ResponseTopic>(accepted.Count);
                var error = shard.TransactionalCommitter.Commit(request, accepted, records, topics);
                return new(records, error == ErrorCode.None ? topics : Refused(accepted, error));
            },
            error => Refused(accepted, ForVersion(error, context.ApiVersion)));
        return new TxnOffsetCommitResponse { Topics = responses.Merge(committed) };
    }

    /// <summary>
    /// Ends a producer's transaction in one partition of <c>__consumer_offsets</c>: writes the marker and applies or drops what is pending
    /// (Kafka's <c>completeTransaction</c>). COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR or COORDINATOR_LOAD_IN_PROGRESS where this broker
    /// does not serve the partition now; otherwise the error of the append.
    /// </summary>
    public Task<ErrorCode> CompleteAsync(
        int partition, long producerId, short producerEpoch, int coordinatorEpoch, bool committed, short transactionVersion) =>
        _shards.EndTransactionAsync(
            partition, new ProducerIdentity(producerId, producerEpoch),
            new TransactionEnd(committed, coordinatorEpoch, transactionVersion));

    /// <summary>The partitions of a topic that exist; the response for the others is added.</summary>
    private List<RequestPartition> Existing(RequestTopic topic, TopicResponses<ResponseTopic, ResponsePartition> responses)
    {
        var (known, unknown) = _lookup.Split(topic.Name, topic.Partitions, partition => partition.PartitionIndex);
        // An unknown topic is in the response also when the request names no partition of it, as in Kafka.
        if (unknown.Count > 0 || _lookup.TopicId(topic.Name).IsZero)
            responses.Add(Refused(topic, unknown, ErrorCode.UnknownTopicOrPartition));
        return known;
    }

    private static ErrorCode ForVersion(ErrorCode error, short apiVersion) =>
        error == ErrorCode.CoordinatorLoadInProgress && apiVersion < LoadErrorVersion ? ErrorCode.CoordinatorNotAvailable : error;

    private static List<ResponseTopic> Refused(List<RequestTopic> topics, ErrorCode error) =>
        topics.ConvertAll(topic => Refused(topic, topic.Partitions, error));

    private static ResponseTopic Refused(RequestTopic topic, List<RequestPartition> partitions, ErrorCode error) =>
        new()
        {
            Name = topic.Name,
            Partitions = partitions.ConvertAll(
                partition => new ResponsePartition { PartitionIndex = partition.PartitionIndex, ErrorCode = error }),
        };
}
