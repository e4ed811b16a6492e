using KafkaSharp.Broker.Handlers.Data;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Broker.Tests.Requests;
using KafkaSharp.Broker.Transactions;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Transactions;

/// <summary>
/// Produce requests of a transaction. The errors and messages are those of ReplicaManager.handleProduceAppend of Kafka 4.3.1.
/// </summary>
internal sealed class TransactionalProduceTests
{
    private const string Id = "transactions";
    private const long Pid = 7;
    private const string NotAdded = "Partition was not added to the transaction";
    private const string NotVerified = "Unable to verify the partition has been added to the transaction. Underlying error: ";

    private static readonly TimeSpan s_backoff = TimeSpan.FromMilliseconds(20);
    private static readonly Uuid s_other = new(5, 6);

    private LeaderFixture _leader = null!;
    private TestTransactionPartitions _coordinator = null!;
    private PartitionVerification _verification = null!;
    private DispatcherFixture _client = null!;
    private bool _isEnabled;

    [SetUp]
    public void Start()
    {
        _leader = new LeaderFixture();
        _leader.Update(
            new TopicRecord { Name = "u", TopicId = s_other },
            new PartitionRecord { TopicId = s_other, PartitionId = 0, Replicas = [1], Isr = [1], Leader = 1, LeaderEpoch = 0 });
        _coordinator = new TestTransactionPartitions();
        _isEnabled = true;
        _verification = new PartitionVerification(_leader.Replicas, () => _isEnabled) { Coordinators = _coordinator };
        _client = Connect();
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _leader.DisposeAsync();
    }

    [TestCase((short)9, TransactionOperation.VerifyDefaultErrors)]
    [TestCase((short)10, TransactionOperation.VerifyDefaultErrors)]
    [TestCase((short)11, TransactionOperation.VerifyGenericErrors)]
    [TestCase((short)12, TransactionOperation.AddPartitions)]
    [TestCase((short)13, TransactionOperation.AddPartitions)]
    public async Task The_coordinator_is_asked_once_for_all_partitions_in_which_the_transaction_is_not_open(
        short version, object operation)
    {
        Assert.That((await ProduceAsync(version, Batch(0))).ErrorCode, Is.EqualTo(ErrorCode.None));
        var second = await SendAsync(Request(version, ("t", Batch(1)), ("u", Batch(0))), version);
        Assert.That(second.Select(result => result.ErrorCode), Is.All.EqualTo(ErrorCode.None));
        Assert.That((await ProduceAsync(version, Batch(2))).ErrorCode, Is.EqualTo(ErrorCode.None));

        Assert.That(_coordinator.Questions.Select(q => (q.TransactionalId, q.ProducerId, q.Epoch, q.Partitions.Single(), q.Operation)),
            Is.EqualTo(new[]
            {
                (Id, Pid, (short)0, new TopicPartition("t", 0), (TransactionOperation)operation),
                (Id, Pid, (short)0, new TopicPartition("u", 0), (TransactionOperation)operation),
            }));
    }

    [Test]
    public async Task Both_partitions_are_asked_for_together()
    {
        await SendAsync(Request(12, ("t", Batch(0)), ("u", Batch(0))), 12);
        Assert.That(_coordinator.Questions.Single().Partitions, Is.EquivalentTo(new TopicPartition[] { new("t", 0), new("u", 0) }));
    }

    [TestCase((short)10, ErrorCode.InvalidTxnState, ErrorCode.InvalidTxnState, NotAdded)]
    [TestCase((short)12, ErrorCode.InvalidTxnState, ErrorCode.InvalidTxnState, NotAdded)]
    [TestCase((short)11, ErrorCode.TransactionAbortable, ErrorCode.TransactionAbortable, null)]
    [TestCase((short)11, ErrorCode.InvalidProducerEpoch, ErrorCode.InvalidProducerEpoch, null)]
    [TestCase((short)11, ErrorCode.InvalidProducerIdMapping, ErrorCode.InvalidProducerIdMapping, null)]
    [TestCase((short)11, ErrorCode.TransactionalIdNotFound, ErrorCode.TransactionalIdNotFound, null)]
    [TestCase((short)11, ErrorCode.NotCoordinator, ErrorCode.NotEnoughReplicas, NotVerified + "NOT_COORDINATOR")]
    [TestCase((short)12, ErrorCode.NotCoordinator, ErrorCode.NotEnoughReplicas, NotVerified + "NOT_COORDINATOR")]
    [TestCase((short)11, ErrorCode.CoordinatorNotAvailable, ErrorCode.NotEnoughReplicas, NotVerified + "COORDINATOR_NOT_AVAILABLE")]
    [TestCase((short)12, ErrorCode.CoordinatorLoadInProgress, ErrorCode.NotEnoughReplicas, NotVerified + "COORDINATOR_LOAD_IN_PROGRESS")]
    [TestCase((short)12, ErrorCode.NetworkException, ErrorCode.NotEnoughReplicas, NotVerified + "NETWORK_EXCEPTION")]
    [TestCase((short)11, ErrorCode.ConcurrentTransactions, ErrorCode.NotEnoughReplicas, NotVerified + "CONCURRENT_TRANSACTIONS")]
    public async Task A_refusal_reaches_the_client_as_an_error_it_understands(
        short version, ErrorCode cause, ErrorCode expected, string? message)
    {
        _coordinator.Respond(cause);
        var result = await ProduceAsync(version, Batch(0));
        Assert.That((result.ErrorCode, result.ErrorMessage, result.BaseOffset, result.LogStartOffset),
            Is.EqualTo((expected, message, -1L, -1L)));
        Assert.That(_leader.Partition.Log.LogEndOffset, Is.Zero);
    }

    [Test]
    public async Task Partitions_that_are_not_refused_are_appended()
    {
        await ProduceAsync(12, Batch(0));
        _coordinator.Respond(ErrorCode.InvalidTxnState);
        var results = await SendAsync(Request(12, ("t", Batch(1)), ("u", Batch(0))), 12);
        Assert.That(results.Select(result => (result.ErrorCode, result.BaseOffset)),
            Is.EqualTo(new[] { (ErrorCode.None, 1L), (ErrorCode.InvalidTxnState, -1L) }));
    }

    [Test]
    public async Task Without_a_coordinator_the_client_tries_again()
    {
        _verification.Coordinators = null;
        var result = await ProduceAsync(12, Batch(0));
        Assert.That((result.ErrorCode, result.ErrorMessage),
            Is.EqualTo((ErrorCode.NotEnoughReplicas, NotVerified + "COORDINATOR_NOT_AVAILABLE")));
    }

    [Test]
    public async Task Adding_is_tried_again_while_the_transaction_before_ends()
    {
        _coordinator.Respond(ErrorCode.ConcurrentTransactions, ErrorCode.ConcurrentTransactions, ErrorCode.None);
        var response = ProduceAsync(12, Batch(0));
        await AdvanceUntilAsync(response);
        Assert.That((await response).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(_coordinator.Questions, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Adding_is_tried_again_for_100_ms_then_the_client_decides()
    {
        _coordinator.Respond([.. Enumerable.Repeat(ErrorCode.ConcurrentTransactions, 100)]);
        var response = ProduceAsync(12, Batch(0));
        await AdvanceUntilAsync(response);
        Assert.That(((await response).ErrorCode, (await response).ErrorMessage),
            Is.EqualTo((ErrorCode.ConcurrentTransactions, (string?)null)));
        Assert.That(_coordinator.Questions, Has.Count.EqualTo(6), "at 0, 20, 40, 60, 80 and 100 ms");
    }

    [Test]
    public async Task A_producer_that_is_fenced_in_the_partition_is_refused_without_the_coordinator()
    {
        Marker(epoch: 3);
        var result = await ProduceAsync(12, Batch(0, epoch: 2));
        Assert.That((result.ErrorCode, _coordinator.Questions.Count), Is.EqualTo((ErrorCode.InvalidProducerEpoch, 0)));
    }

    [TestCase((short)11, 0)]
    [TestCase((short)12, 1)]
    public async Task Without_verification_only_partitions_that_are_to_be_added_need_the_coordinator(short version, int questions)
    {
        _isEnabled = false;
        _leader.Partition.Log.Producers.Configure(1000, requiresVerification: false);
        Assert.That((await ProduceAsync(version, Batch(0))).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(_coordinator.Questions, Has.Count.EqualTo(questions));
    }

    [Test]
    public async Task The_next_request_is_appended_after_the_one_that_waits_for_the_coordinator()
    {
        _coordinator.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _client.SendAsync(RawRequest.Of(Request(12, ("t", Batch(0))), ApiKey.Produce, 12));
        await _client.SendAsync(RawRequest.Of(Request(12, ("t", Batch(1))), ApiKey.Produce, 12));
        await _client.SendAsync(RawRequest.Of(Request(12, ("t", Plain())), ApiKey.Produce, 12));
        _coordinator.Gate.SetResult();
        Assert.That(
            new[] { await ReadAsync(12), await ReadAsync(12), await ReadAsync(12) }
                .Select(results => (results[0].ErrorCode, results[0].BaseOffset)),
            Is.EqualTo(new[] { (ErrorCode.None, 0L), (ErrorCode.None, 1L), (ErrorCode.None, 2L) }));
    }

    // The schedule of KIP-890: the coordinator has confirmed the transaction, then aborts it, and the write arrives after the marker.
    [TestCase((short)11)]
    [TestCase((short)12)]
    public async Task A_write_that_arrives_after_the_abort_is_refused(short version)
    {
        _coordinator.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var response = ProduceAsync(version, Batch(0));
        await Eventually.True(() => _coordinator.Questions.Count == 1, "the coordinator was asked");
        Marker(epoch: version >= 12 ? (short)1 : (short)0);
        _coordinator.Gate.SetResult();
        Assert.That((await response).ErrorCode, Is.EqualTo(version >= 12 ? ErrorCode.InvalidProducerEpoch : ErrorCode.InvalidTxnState));
        Assert.That(_leader.Partition.Log.LogEndOffset, Is.EqualTo(1));
    }

    // The same when the next transaction of the producer is being verified meanwhile. An older client has one epoch for both, and the
    // sequence of the aborted records again: only the guard distinguishes the late write from the first one of the next transaction.
    [TestCase((short)9)]
    [TestCase((short)10)]
    [TestCase((short)11)]
    public async Task A_write_of_an_aborted_transaction_does_not_begin_the_next_one_that_is_being_verified(short version)
    {
        using var other = Connect();
        var confirmsLate = _coordinator.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = ProduceAsync(version, Batch(0));
        await Eventually.True(() => _coordinator.Questions.Count == 1, "the coordinator was asked for the late write");
        Marker(epoch: 0);
        var confirmsNext = _coordinator.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await other.SendAsync(RawRequest.Of(Request(version, ("t", Batch(0))), ApiKey.Produce, version));
        await Eventually.True(() => _coordinator.Questions.Count == 2, "the coordinator was asked for the next transaction");

        confirmsLate.SetResult();
        Assert.That((await late).ErrorCode, Is.EqualTo(ErrorCode.InvalidTxnState));
        Assert.That(_leader.Partition.Log.LogEndOffset, Is.EqualTo(1), "the marker alone");
        confirmsNext.SetResult();
        var next = (await ReadAsync(version, other)).Single();
        Assert.That((next.ErrorCode, next.BaseOffset), Is.EqualTo((ErrorCode.None, 1L)));
    }

    // The coordinator waits with adding until the transaction before is completed.
    [Test]
    public async Task A_write_is_verified_again_when_the_marker_of_the_transaction_before_was_written_meanwhile()
    {
        _coordinator.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var response = ProduceAsync(12, Batch(0, epoch: 1));
        await Eventually.True(() => _coordinator.Questions.Count == 1, "the coordinator was asked");
        Marker(epoch: 1);
        _coordinator.Gate.SetResult();
        Assert.That(((await response).ErrorCode, (await response).BaseOffset), Is.EqualTo((ErrorCode.None, 1L)));
        Assert.That(_coordinator.Questions, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Records_of_two_producers_refuse_the_request()
    {
        var results = await SendAsync(Request(12, ("t", Batch(0)), ("u", Batch(0, producerId: 8))), 12);
        Assert.That(results.Select(result => (result.ErrorCode, result.ErrorMessage)), Is.All.EqualTo(
            (ErrorCode.InvalidProducerIdMapping, "Transactional records contained more than one producer ID")));
        Assert.That((_leader.Partition.Log.LogEndOffset, _coordinator.Questions.Count), Is.EqualTo((0L, 0)));
    }

    [Test]
    public async Task Partitions_that_are_refused_anyway_are_not_added()
    {
        var results = await SendAsync(Request(12, ("t", []), ("nope", Batch(0)), ("u", Batch(0))), 12);
        Assert.That(results.Select(result => result.ErrorCode),
            Is.EqualTo(new[] { ErrorCode.InvalidRecord, ErrorCode.UnknownTopicOrPartition, ErrorCode.None }));
        Assert.That(_coordinator.Questions.Single().Partitions, Is.EqualTo(new TopicPartition[] { new("u", 0) }));
    }

    [Test]
    public async Task A_transactional_id_must_be_given_and_allowed()
    {
        var request = Request(12, ("t", Batch(0)));
        request.TransactionalId = null;
        Assert.That((await SendAsync(request, 12))[0].ErrorCode, Is.EqualTo(ErrorCode.TransactionalIdAuthorizationFailed));
        _client.Dispose();
        _client = Connect(TestServices.Create(new DelegateAuthorizer(asked => asked.ResourceName != Id)));
        Assert.That((await ProduceAsync(12, Batch(0))).ErrorCode, Is.EqualTo(ErrorCode.TransactionalIdAuthorizationFailed));
        Assert.That(_coordinator.Questions, Is.Empty);
    }

    [Test]
    public async Task A_refusal_closes_the_connection_of_a_client_without_responses()
    {
        _coordinator.Respond(ErrorCode.InvalidTxnState);
        var request = Request(12, ("t", Batch(0)));
        request.Acks = 0;
        Assert.That(await _client.AskAsync(RawRequest.Of(request, ApiKey.Produce, 12)), Is.Null);
    }

    private DispatcherFixture Connect(RequestServices? services = null) => new(
        new ApiTable(
        [
            ApiRoute.For(
                new ProduceHandler(
                    _leader.Replicas, _leader.Timers,
                    new ProduceTransactions(
                        _leader.Replicas, _verification, new(s_backoff, TimeSpan.FromMilliseconds(100)), _leader.Time)),
                overlaps: true, inlineBytes: int.MaxValue),
        ]),
        services: services);

    private async Task AdvanceUntilAsync(Task response)
    {
        for (var asked = 1; !response.IsCompleted; asked++)
        {
            await Eventually.True(
                () => response.IsCompleted || (_coordinator.Questions.Count == asked && _leader.Time.ActiveTimers > 0),
                "the coordinator was asked");
            _leader.Time.Advance(s_backoff);
        }
    }

    private void Marker(short epoch) => _leader.Partition.Append(
        ControlRecords.EndTransactionBatch(new EndTransactionMarker(ControlRecordType.Abort, 0), 0, 0, Pid, epoch, 0), -1,
        AppendOrigin.Coordinator);

    private async Task<ProduceResponse.PartitionProduceResponse> ProduceAsync(short version, byte[] records) =>
        (await SendAsync(Request(version, ("t", records)), version)).Single();

    private async Task<List<ProduceResponse.PartitionProduceResponse>> SendAsync(ProduceRequest request, short version)
    {
        await _client.SendAsync(RawRequest.Of(request, ApiKey.Produce, version));
        return await ReadAsync(version);
    }

    private async Task<List<ProduceResponse.PartitionProduceResponse>> ReadAsync(short version, DispatcherFixture? client = null)
    {
        var response = await (client ?? _client).ReadAsync() ?? throw new AssertionException("the connection was closed");
        var reader = new KafkaReader(response.AsMemory(version >= 9 ? 5 : 4));
        return [.. ProduceResponse.Read(ref reader, version).Responses.SelectMany(topic => topic.PartitionResponses)];
    }

    private static ProduceRequest Request(short version, params (string Topic, byte[] Records)[] partitions) => new()
    {
        TransactionalId = Id,
        Acks = -1,
        TimeoutMs = 30_000,
        TopicData =
        [
            .. partitions.Select(partition => new ProduceRequest.TopicProduceData
            {
                Name = version >= 13 ? "" : partition.Topic,
                TopicId = version < 13 ? default : partition.Topic == "t" ? LeaderFixture.TopicId : s_other,
                PartitionData = [new() { Index = 0, Records = partition.Records }],
            }),
        ],
    };

    private static byte[] Batch(int sequence, short epoch = 0, long producerId = Pid) => Build(new RecordBatchOptions
    {
        ProducerId = producerId, ProducerEpoch = epoch, BaseSequence = sequence, IsTransactional = true,
    });

    private static byte[] Plain() => Build(new RecordBatchOptions());

    private static byte[] Build(RecordBatchOptions options)
    {
        using var builder = new RecordBatchBuilder(options);
        builder.Append(1_600_000_000_000, default, "v"u8, hasKey: false);
        return builder.Build().ToArray();
    }
}
