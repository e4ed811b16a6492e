using KafkaSharp.IntegrationTests.Transactions.Checking;
using KafkaSharp.IntegrationTests.Transactions.Clients;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.IntegrationTests.Transactions.Anomalies;

/// <summary>
/// The requests of transactional producers, one at a time and with whatever identity the test names: it has no state of a client, so that a
/// request can be one that was sent long ago. For one caller at a time.
/// </summary>
internal sealed class TransactionRequests(RawClient connection, string transactionalId)
{
    /// <summary>InitProducerId, again while the transaction before ends.</summary>
    public async Task<ProducerIdentity> InitAsync(ProducerIdentity? continued = null)
    {
        var known = continued ?? new ProducerIdentity(-1, -1);
        var response = await UntilEndedAsync(
            () => connection.SendAsync<InitProducerIdRequest, InitProducerIdResponse>(
                new InitProducerIdRequest
                {
                    TransactionalId = transactionalId,
                    TransactionTimeoutMs = 60_000,
                    ProducerId = known.Id,
                    ProducerEpoch = known.Epoch,
                },
                4),
            response => response.ErrorCode);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        return new(response.ProducerId, response.ProducerEpoch);
    }

    public async Task<ErrorCode> AddPartitionAsync(ProducerIdentity producer, TopicPartition list)
    {
        var response = await UntilEndedAsync(
            () => connection.SendAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
                new AddPartitionsToTxnRequest
                {
                    V3AndBelowTransactionalId = transactionalId,
                    V3AndBelowProducerId = producer.Id,
                    V3AndBelowProducerEpoch = producer.Epoch,
                    V3AndBelowTopics = [new() { Name = list.Topic, Partitions = [list.Partition] }],
                },
                3),
            ErrorOf);
        return ErrorOf(response);
    }

    public async Task<ErrorCode> AddGroupAsync(ProducerIdentity producer, string group)
    {
        var response = await UntilEndedAsync(
            () => connection.SendAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
                new AddOffsetsToTxnRequest
                {
                    TransactionalId = transactionalId, ProducerId = producer.Id, ProducerEpoch = producer.Epoch, GroupId = group,
                },
                3),
            response => response.ErrorCode);
        return response.ErrorCode;
    }

    /// <summary>Writes one value; with version 12 that adds the partition to the transaction.</summary>
    public async Task<ErrorCode> ProduceAsync(short version, ProducerIdentity producer, TopicPartition list, int sequence, int value)
    {
        var batch = Records.Batch(producer.Id, producer.Epoch, sequence, isTransactional: true, [new Append(list, value, null)]);
        var response = await UntilEndedAsync(
            () => connection.SendAsync<ProduceRequest, ProduceResponse>(
                new ProduceRequest
                {
                    TransactionalId = transactionalId,
                    Acks = -1,
                    TimeoutMs = 30_000,
                    TopicData = [new() { Name = list.Topic, PartitionData = [new() { Index = list.Partition, Records = batch }] }],
                },
                version),
            ErrorOf);
        return ErrorOf(response);
    }

    public async Task<ErrorCode> CommitOffsetAsync(
        short version, ProducerIdentity producer, string group, TopicPartition input, long offset, int generation = -1, string member = "")
    {
        var response = await UntilEndedAsync(
            () => connection.SendAsync<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(
                new TxnOffsetCommitRequest
                {
                    TransactionalId = transactionalId,
                    ProducerId = producer.Id,
                    ProducerEpoch = producer.Epoch,
                    GroupId = group,
                    GenerationId = generation,
                    MemberId = member,
                    Topics =
                    [
                        new()
                        {
                            Name = input.Topic,
                            Partitions = [new() { PartitionIndex = input.Partition, CommittedOffset = offset, CommittedMetadata = "" }],
                        },
                    ],
                },
                version),
            ErrorOf);
        return ErrorOf(response);
    }

    /// <summary>EndTxn; with version 5 it gives the identity for the next transaction.</summary>
    public async Task<(ErrorCode Error, ProducerIdentity Next)> EndAsync(short version, ProducerIdentity producer, bool commit)
    {
        var response = await UntilEndedAsync(
            () => connection.SendAsync<EndTxnRequest, EndTxnResponse>(
                new EndTxnRequest
                {
                    TransactionalId = transactionalId, ProducerId = producer.Id, ProducerEpoch = producer.Epoch, Committed = commit,
                },
                version),
            response => response.ErrorCode);
        return (response.ErrorCode, version < 5 ? producer : new(response.ProducerId, response.ProducerEpoch));
    }

    /// <summary>A marker as a coordinator sends it to the leader of a partition.</summary>
    public async Task<ErrorCode> WriteMarkerAsync(ProducerIdentity producer, TopicPartition list, bool commit, sbyte transactionVersion)
    {
        var response = await connection.SendAsync<WriteTxnMarkersRequest, WriteTxnMarkersResponse>(
            new WriteTxnMarkersRequest
            {
                Markers =
                [
                    new()
                    {
                        ProducerId = producer.Id,
                        ProducerEpoch = producer.Epoch,
                        TransactionResult = commit,
                        TransactionVersion = transactionVersion,
                        Topics = [new() { Name = list.Topic, PartitionIndexes = [list.Partition] }],
                    },
                ],
            },
            2);
        return response.Markers[0].Topics[0].Partitions[0].ErrorCode;
    }

    private static ErrorCode ErrorOf(AddPartitionsToTxnResponse response) =>
        response.ResultsByTopicV3AndBelow[0].ResultsByPartition[0].PartitionErrorCode;

    private static ErrorCode ErrorOf(ProduceResponse response) => response.Responses[0].PartitionResponses[0].ErrorCode;

    private static ErrorCode ErrorOf(TxnOffsetCommitResponse response) => response.Topics[0].Partitions[0].ErrorCode;

    /// <summary>Sends a request again while its coordinator loads, or completes the transaction before.</summary>
    private static async Task<TResponse> UntilEndedAsync<TResponse>(Func<Task<TResponse>> sendAsync, Func<TResponse, ErrorCode> errorOf)
        where TResponse : class
    {
        TResponse? response = null;
        await Eventually.True(
            async () => errorOf(response = await sendAsync()) is not (ErrorCode.ConcurrentTransactions or ErrorCode.NotEnoughReplicas
                or ErrorCode.CoordinatorLoadInProgress or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator),
            "the coordinator to take the request");
        return response!;
    }
}
