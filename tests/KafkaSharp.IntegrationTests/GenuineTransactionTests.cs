using System.Formats.Tar;
using System.IO.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.IntegrationTests;

/// <summary>
/// A transaction that was open when Apache Kafka 4.3.1 was killed continues here: its producer, of the transactional id tx-open, has
/// written sequences 0 to 2 from offset 314 of txn-0 on.
/// </summary>
internal sealed class GenuineTransactionTests
{
    private const string Id = "tx-open";
    private const long Pid = 1000;
    private const long FirstOffset = 314;

    private string _folder = "";
    private TestBroker _broker = null!;
    private RawClient _client = null!;

    [SetUp]
    public async Task OpenTheDirectory()
    {
        _folder = Directory.CreateTempSubdirectory("kafkasharp-genuine-").FullName;
        await using (var unzipped = new GZipStream(
            File.OpenRead(Vectors.Find("log-dirs/stage2-killed.tar.gz")), CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(unzipped, _folder, overwriteFiles: true);
        // The transaction is old: its coordinator would abort it.
        _broker = await TestBroker.StartAsync(
            PhysicalFileSystem.Instance,
            [
                ("log.dirs", $"{_folder}/data-a,{_folder}/data-b"),
                ("transaction.abort.timed.out.transaction.cleanup.interval.ms", "3600000"),
            ]);
        _client = await _broker.ConnectAsync();
    }

    [TearDown]
    public async Task CloseIt()
    {
        _client?.Dispose();
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Its_producer_writes_on_and_ends_it(bool commits)
    {
        Assert.That(await OpenTransactionAsync(), Is.EqualTo(FirstOffset));
        Assert.That(await LastStableOffsetAsync(), Is.EqualTo(FirstOffset));
        Assert.That(await ProduceAsync(sequence: 2), Is.EqualTo((ErrorCode.None, FirstOffset + 2)), "a duplicate");
        Assert.That(await ProduceAsync(sequence: 4), Is.EqualTo((ErrorCode.OutOfOrderSequenceNumber, -1L)));
        var (error, offset) = await ProduceAsync(sequence: 3);
        Assert.That(error, Is.EqualTo(ErrorCode.None));

        var ended = await _client.SendAsync<EndTxnRequest, EndTxnResponse>(
            new EndTxnRequest { TransactionalId = Id, ProducerId = Pid, ProducerEpoch = 0, Committed = commits }, 5);
        Assert.That((ended.ErrorCode, ended.ProducerId, ended.ProducerEpoch), Is.EqualTo((ErrorCode.None, Pid, (short)1)));
        await EndOfTransactionAsync();
        var (lastStable, aborted) = await FetchAsync();
        Assert.That(lastStable, Is.EqualTo(offset + 2), "behind the marker");
        Assert.That(aborted, Is.EqualTo(commits ? [] : new[] { (Pid, FirstOffset) }));
        Assert.That(await ProduceAsync(sequence: 4), Is.EqualTo((ErrorCode.InvalidProducerEpoch, -1L)), "a late record");
    }

    [Test]
    public async Task A_new_producer_of_its_transactional_id_aborts_it()
    {
        InitProducerIdResponse initialized;
        do
        {
            initialized = await _client.SendAsync<InitProducerIdRequest, InitProducerIdResponse>(
                new InitProducerIdRequest { TransactionalId = Id, TransactionTimeoutMs = 60_000, ProducerId = -1, ProducerEpoch = -1 }, 5);
        }
        while (initialized.ErrorCode is ErrorCode.ConcurrentTransactions or ErrorCode.CoordinatorLoadInProgress);
        Assert.That((initialized.ErrorCode, initialized.ProducerId), Is.EqualTo((ErrorCode.None, Pid)));
        Assert.That(initialized.ProducerEpoch, Is.GreaterThan((short)0));
        await EndOfTransactionAsync();
        Assert.That((await FetchAsync()).Aborted, Is.EqualTo(new[] { (Pid, FirstOffset) }));
        Assert.That(await ProduceAsync(sequence: 3), Is.EqualTo((ErrorCode.InvalidProducerEpoch, -1L)), "the producer before");
    }

    private Task EndOfTransactionAsync() =>
        Eventually.True(async () => await OpenTransactionAsync() == -1, "the end of the transaction");

    private async Task<long> OpenTransactionAsync()
    {
        var response = await _client.SendAsync<DescribeProducersRequest, DescribeProducersResponse>(
            new DescribeProducersRequest { Topics = [new() { Name = "txn", PartitionIndexes = [0] }] }, 0);
        return response.Topics[0].Partitions[0].ActiveProducers.Single(producer => producer.ProducerId == Pid).CurrentTxnStartOffset;
    }

    private async Task<long> LastStableOffsetAsync()
    {
        var response = await _client.SendAsync<ListOffsetsRequest, ListOffsetsResponse>(
            new ListOffsetsRequest
            {
                ReplicaId = -1,
                IsolationLevel = 1,
                Topics =
                [
                    new() { Name = "txn", Partitions = [new() { PartitionIndex = 0, Timestamp = -1, CurrentLeaderEpoch = -1 }] },
                ],
            },
            7);
        return response.Topics[0].Partitions[0].Offset;
    }

    private async Task<(long LastStableOffset, (long, long)[] Aborted)> FetchAsync()
    {
        var response = await _client.SendAsync<FetchRequest, FetchResponse>(
            new FetchRequest
            {
                ReplicaId = -1, MaxBytes = 1 << 20, IsolationLevel = 1, SessionEpoch = -1,
                Topics =
                [
                    new()
                    {
                        Topic = "txn",
                        Partitions =
                        [
                            new() { Partition = 0, FetchOffset = FirstOffset, PartitionMaxBytes = 1 << 20, CurrentLeaderEpoch = -1 },
                        ],
                    },
                ],
            },
            12);
        var data = response.Responses[0].Partitions[0];
        return (data.LastStableOffset, [.. data.AbortedTransactions!.Select(aborted => (aborted.ProducerId, aborted.FirstOffset))]);
    }

    private async Task<(ErrorCode, long)> ProduceAsync(int sequence)
    {
        using var batch = new RecordBatchBuilder(new RecordBatchOptions
        {
            ProducerId = Pid, ProducerEpoch = 0, BaseSequence = sequence, IsTransactional = true,
        });
        batch.Append(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), default, "v"u8, hasKey: false);
        var response = await _client.SendAsync<ProduceRequest, ProduceResponse>(
            new ProduceRequest
            {
                TransactionalId = Id,
                Acks = -1,
                TimeoutMs = 30_000,
                TopicData = [new() { Name = "txn", PartitionData = [new() { Index = 0, Records = batch.Build().ToArray() }] }],
            },
            12);
        var result = response.Responses[0].PartitionResponses[0];
        return (result.ErrorCode, result.BaseOffset);
    }
}
