using System.Net;
using KafkaSharp.IntegrationTests.Transactions.Checking;
using KafkaSharp.IntegrationTests.Transactions.Clients;
using KafkaSharp.IntegrationTests.Transactions.Running;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.Testing;

namespace KafkaSharp.IntegrationTests.Transactions.Anomalies;

/// <summary>A broker in memory with two lists and an input, and what readers and administrators see there.</summary>
internal sealed class AnomalyBroker : IAsyncDisposable
{
    private const sbyte TransactionKey = 1;

    private readonly KafkaTestBroker _kafka;
    private RawClient _connection;

    private AnomalyBroker(KafkaTestBroker kafka, RawClient connection)
    {
        _kafka = kafka;
        _connection = connection;
    }

    public static TopicPartition A { get; } = new("lists", 0);

    public static TopicPartition B { get; } = new("lists", 1);

    public static TopicPartition Input { get; } = new("input", 0);

    public RawClient Connection => _connection;

    public static async Task<AnomalyBroker> StartAsync(bool verifies = true)
    {
        var kafka = await KafkaTestBroker.StartAsync(new KafkaTestBrokerOptions
        {
            Configuration =
            {
                ["transaction.partition.verification.enable"] = verifies ? "true" : "false",
                // The records have no time.
                ["log.retention.ms"] = "-1",
            },
            Topics = { { "lists", 2 }, { "input", 1 } },
        });
        return new AnomalyBroker(kafka, await ConnectAsync(kafka));
    }

    public async Task<TransactionRequests> ProducerAsync(string transactionalId)
    {
        await _connection.SendAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = TransactionKey, CoordinatorKeys = [transactionalId] }, 4);
        return new TransactionRequests(_connection, transactionalId);
    }

    /// <summary>The values that a reader of committed records sees.</summary>
    public async Task<IReadOnlyList<int>> CommittedAsync(TopicPartition list)
    {
        var records = new List<CommittedRecord>();
        for (var (offset, next) = (-1L, 0L); offset != next;)
        {
            offset = next;
            next = Records.AddCommitted(await FetchAsync(list, offset), offset, showsAborted: false, records);
        }
        return [.. records.Select(record => record.Value)];
    }

    public async Task<long> CommittedOffsetAsync(string group)
    {
        var response = await _connection.SendAsync<OffsetFetchRequest, OffsetFetchResponse>(
            CommittedRequests.OffsetFetch(group, Input), CommittedRequests.OffsetFetchVersion);
        var partition = response.Groups[0].Topics[0].Partitions[0];
        Assert.That(partition.ErrorCode, Is.EqualTo(ErrorCode.None));
        return partition.CommittedOffset;
    }

    /// <summary>What is open at the coordinator or in a list, in words.</summary>
    public Task<IReadOnlyList<string>> OpenAsync() => OpenTransactions.FindAsync(_connection, [A, B]);

    public Task EndsAsync() => Eventually.True(async () => (await OpenAsync()).Count == 0, "the end of all transactions");

    /// <summary>
    /// Writes a producer to the log of the coordinator, and starts the broker again, which loads it: as if that many producers had used the
    /// transactional id before.
    /// </summary>
    public async Task HasProducerAsync(string transactionalId, ProducerIdentity producer)
    {
        await ProducerAsync(transactionalId);
        using var batch = new RecordBatchBuilder(new RecordBatchOptions());
        batch.Append(0, Key(transactionalId), EmptyTransaction(producer));
        var request = new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 30_000,
            TopicData =
            [
                new() { Name = "__transaction_state", PartitionData = [new() { Index = 0, Records = batch.Build().ToArray() }] },
            ],
        };
        ErrorCode error;
        do
        {
            // Others may not write to internal topics.
            var frame = await _connection.SendAndReadAsync(RawClient.Request(request, 11, clientId: "__admin_client"));
            var reader = new KafkaReader(frame);
            ResponseHeader.Read(ref reader, ApiVersionRanges.Get(ApiKey.Produce).ResponseHeaderVersion(11));
            error = ProduceResponse.Read(ref reader, 11).Responses[0].PartitionResponses[0].ErrorCode;
        }
        while (error is ErrorCode.UnknownTopicOrPartition or ErrorCode.NotLeaderOrFollower);
        Assert.That(error, Is.EqualTo(ErrorCode.None));
        _connection.Dispose();
        await _kafka.RestartAsync();
        _connection = await ConnectAsync(_kafka);
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _kafka.DisposeAsync();
    }

    private async Task<FetchResponse.PartitionData> FetchAsync(TopicPartition list, long offset)
    {
        var response = await _connection.SendAsync<FetchRequest, FetchResponse>(
            CommittedRequests.Fetch(list, offset), CommittedRequests.FetchVersion);
        return response.Responses[0].Partitions[0];
    }

    private static Task<RawClient> ConnectAsync(KafkaTestBroker kafka) =>
        RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, kafka.Port));

    private static byte[] Key(string transactionalId) =>
        VersionedMessage.ToArray(new TransactionLogKey { TransactionalId = transactionalId }, 0);

    private static byte[] EmptyTransaction(ProducerIdentity producer) => VersionedMessage.ToArray(
        new TransactionLogValue
        {
            ProducerId = producer.Id,
            ProducerEpoch = producer.Epoch,
            TransactionTimeoutMs = 60_000,
            ClientTransactionVersion = 2,
        },
        1);
}
