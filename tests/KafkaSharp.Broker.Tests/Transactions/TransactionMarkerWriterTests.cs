using KafkaSharp.Broker.Handlers.Producers;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Broker.Tests.Requests;
using KafkaSharp.Broker.Transactions;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Tests.Transactions;

/// <summary>
/// Markers of the local coordinator and of WriteTxnMarkers, with the errors of KafkaApis.handleWriteTxnMarkersRequest 4.3.1.
/// </summary>
internal sealed class TransactionMarkerWriterTests
{
    private const long Pid = 7;

    private static readonly Uuid s_offsets = new(5, 6);
    private static readonly Uuid s_replicated = new(7, 8);
    private static readonly TopicPartition s_t = new("t", 0);
    private static readonly TopicPartition s_offsetsPartition = new("__consumer_offsets", 0);

    private readonly List<(int Partition, TransactionMarker Marker)> _endedInGroups = [];
    private LeaderFixture _leader = null!;
    private TransactionMarkerWriter _markers = null!;
    private ErrorCode _errorOfGroups;

    [SetUp]
    public void Start()
    {
        _leader = new LeaderFixture();
        _leader.Update(
            new TopicRecord { Name = "__consumer_offsets", TopicId = s_offsets },
            new PartitionRecord { TopicId = s_offsets, PartitionId = 0, Replicas = [1], Isr = [1], Leader = 1, LeaderEpoch = 0 },
            new TopicRecord { Name = "r", TopicId = s_replicated },
            new PartitionRecord { TopicId = s_replicated, PartitionId = 0, Replicas = [1, 2], Isr = [1, 2], Leader = 1, LeaderEpoch = 0 },
            new PartitionRecord { TopicId = s_replicated, PartitionId = 1, Replicas = [1, 2], Isr = [1, 2], Leader = 2, LeaderEpoch = 0 },
            new PartitionRecord { TopicId = s_replicated, PartitionId = 2, Replicas = [2], Isr = [2], Leader = 2, LeaderEpoch = 0 });
        _endedInGroups.Clear();
        _errorOfGroups = ErrorCode.None;
        _markers = new TransactionMarkerWriter(_leader.Replicas, EndInGroups, _leader.Timers, _leader.Time, TimeSpan.FromSeconds(30));
    }

    [TearDown]
    public ValueTask Stop() => _leader.DisposeAsync();

    [TestCase(true, ControlRecordType.Commit)]
    [TestCase(false, ControlRecordType.Abort)]
    public async Task A_marker_ends_the_transaction_of_its_producer(bool committed, ControlRecordType type)
    {
        Append(sequence: 0);
        Assert.That(_leader.Partition.Log.LastStableOffset, Is.Zero);
        Assert.That(await SendAsync(Marker(committed: committed, coordinatorEpoch: 5), s_t), Is.EqualTo(new[] { ErrorCode.None }));
        Assert.That(_leader.Partition.Log.LastStableOffset, Is.EqualTo(2));
        Assert.That(_leader.Partition.Log.AbortedTransactions(0, 2).Select(aborted => (aborted.ProducerId, aborted.FirstOffset)),
            Is.EqualTo(committed ? [] : new[] { (Pid, 0L) }));
        using var read = _leader.Partition.Log.Read(1, 1000, FetchIsolation.LogEnd, minOneMessage: true);
        Check(read.Records.Span);

        void Check(ReadOnlySpan<byte> records)
        {
            var batches = new RecordBatchReader(records);
            Assert.That(batches.MoveNext());
            var batch = batches.Current;
            using var reader = new RecordReader(batch);
            Assert.That(reader.MoveNext());
            var marker = ControlRecords.ParseEndTransactionMarker(reader.Current);
            Assert.That((batch.IsControlBatch, batch.IsTransactional, batch.Header.BaseSequence, batch.Header.ProducerEpoch, marker),
                Is.EqualTo((true, true, -1, (short)0, new EndTransactionMarker(type, 5))));
        }
    }

    [Test]
    public async Task Each_partition_has_its_own_error()
    {
        _leader.Partition.Append(Bytes(new EndTransactionMarker(ControlRecordType.Commit, 0), epoch: 3), -1, AppendOrigin.Coordinator);
        var errors = await SendAsync(Marker(epoch: 2), s_t, new("nope", 0), new("r", 1), new("r", 2), s_offsetsPartition);
        Assert.That(errors, Is.EqualTo(new[]
        {
            ErrorCode.InvalidProducerEpoch, ErrorCode.UnknownTopicOrPartition, ErrorCode.NotLeaderOrFollower,
            ErrorCode.UnknownTopicOrPartition, ErrorCode.None,
        }));
    }

    [Test]
    public async Task An_older_coordinator_is_fenced()
    {
        await SendAsync(Marker(coordinatorEpoch: 5), s_t);
        Assert.That(await SendAsync(Marker(coordinatorEpoch: 4), s_t), Is.EqualTo(new[] { ErrorCode.TransactionCoordinatorFenced }));
        Assert.That(await SendAsync(Marker(coordinatorEpoch: 5), s_t), Is.EqualTo(new[] { ErrorCode.None }), "repeated");
    }

    [Test]
    public async Task A_marker_of_version_2_must_have_a_new_epoch()
    {
        Append(sequence: 0);
        Assert.That(await SendAsync(Marker(epoch: 0, version: 2), s_t), Is.EqualTo(new[] { ErrorCode.InvalidProducerEpoch }));
        Assert.That(await SendAsync(Marker(epoch: 1, version: 2), s_t), Is.EqualTo(new[] { ErrorCode.None }));
        Assert.That(await SendAsync(Marker(epoch: 1, version: 2), s_t), Is.EqualTo(new[] { ErrorCode.None }), "repeated");
        Assert.That(await SendAsync(Marker(epoch: 2, version: -1), s_t), Is.EqualTo(new[] { ErrorCode.UnknownServerError }));
    }

    // The marker overtakes a record of the transaction, which was sent before: the record may not begin another transaction.
    [TestCase((short)1, 0, ErrorCode.InvalidTxnState)]
    [TestCase((short)2, 1, ErrorCode.InvalidProducerEpoch)]
    public async Task A_record_that_its_marker_has_overtaken_is_refused(short version, int markerEpoch, ErrorCode expected)
    {
        Append(sequence: 0);
        await SendAsync(Marker(epoch: (short)markerEpoch, version: version), s_t);
        Assert.That(_leader.Partition.Append(Batch(1), -1, AppendOrigin.Client).ErrorCode, Is.EqualTo(expected));
        Assert.That((_leader.Partition.Log.LastStableOffset, _leader.Partition.Log.LogEndOffset), Is.EqualTo((2L, 2L)));
    }

    [TestCase(ErrorCode.CoordinatorNotAvailable, ErrorCode.NotLeaderOrFollower)]
    [TestCase(ErrorCode.CoordinatorLoadInProgress, ErrorCode.NotLeaderOrFollower)]
    [TestCase(ErrorCode.NotCoordinator, ErrorCode.NotLeaderOrFollower)]
    [TestCase(ErrorCode.InvalidProducerEpoch, ErrorCode.InvalidProducerEpoch)]
    [TestCase(ErrorCode.None, ErrorCode.None)]
    public async Task The_group_coordinator_ends_the_transaction_of_its_offsets(ErrorCode error, ErrorCode expected)
    {
        _errorOfGroups = error;
        var marker = Marker();
        Assert.That(await SendAsync(marker, s_offsetsPartition), Is.EqualTo(new[] { expected }));
        Assert.That(_endedInGroups, Is.EqualTo(new[] { (0, marker) }));
    }

    [Test]
    public async Task A_marker_waits_for_its_replicas_up_to_the_timeout()
    {
        var sending = SendAsync(Marker(), s_t, new("r", 0));
        Assert.That(sending.IsCompleted, Is.False);
        while (!sending.IsCompleted)
        {
            _leader.Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }
        Assert.That(await sending, Is.EqualTo(new[] { ErrorCode.None, ErrorCode.RequestTimedOut }));
    }

    [TestCase((short)1)]
    [TestCase((short)2)]
    public async Task WriteTxnMarkers_responds_for_each_producer_and_partition_once(short version)
    {
        Append(sequence: 0);
        var response = await AskAsync(
            version,
            Requested(Pid, 0, 2, ("t", [0, 0]), ("nope", [1])),
            Requested(8, 0, 0, ("t", [0])),
            Requested(9, 0, 0),
            Requested(Pid, 1, 2, ("r", [1])));
        // Version 1 has no transaction version, which is 0 then.
        Assert.That(Flat(response), Is.EqualTo(new[]
        {
            (Pid, "t", 0, version == 1 ? ErrorCode.None : ErrorCode.InvalidProducerEpoch),
            (Pid, "nope", 1, ErrorCode.UnknownTopicOrPartition),
            (Pid, "r", 1, ErrorCode.NotLeaderOrFollower),
            (8, "t", 0, ErrorCode.None),
        }));
    }

    [Test]
    public async Task WriteTxnMarkers_is_for_brokers_and_administrators()
    {
        foreach (var allowed in new[] { AclOperation.Alter, AclOperation.ClusterAction, AclOperation.Describe })
        {
            var authorizer = new DelegateAuthorizer(asked => asked.Operation == allowed);
            using var client = Connect(TestServices.Create(authorizer));
            var response = await AskAsync(client, 2, Requested(Pid, 0, 0, ("t", [0])));
            Assert.That(Flat(response).Single(), Is.EqualTo((
                Pid, "t", 0, allowed == AclOperation.Describe ? ErrorCode.ClusterAuthorizationFailed : ErrorCode.None)));
        }
    }

    private Task<ErrorCode> EndInGroups(int partition, TransactionMarker marker)
    {
        _endedInGroups.Add((partition, marker));
        return Task.FromResult(_errorOfGroups);
    }

    private Task<IReadOnlyList<ErrorCode>> SendAsync(TransactionMarker marker, params TopicPartition[] partitions) =>
        _markers.SendAsync(marker, partitions);

    private async Task<WriteTxnMarkersResponse> AskAsync(short version, params WriteTxnMarkersRequest.WritableTxnMarker[] markers)
    {
        using var client = Connect();
        return await AskAsync(client, version, markers);
    }

    private DispatcherFixture Connect(RequestServices? services = null) =>
        new(new ApiTable([ApiRoute.For(new WriteTxnMarkersHandler(_markers))]), services: services);

    private static async Task<WriteTxnMarkersResponse> AskAsync(
        DispatcherFixture client, short version, params WriteTxnMarkersRequest.WritableTxnMarker[] markers)
    {
        var response = await client.AskAsync(
            RawRequest.Of(new WriteTxnMarkersRequest { Markers = [.. markers] }, ApiKey.WriteTxnMarkers, version));
        var reader = new KafkaReader(response!.AsMemory(5));
        return WriteTxnMarkersResponse.Read(ref reader, version);
    }

    private static IEnumerable<(long, string, int, ErrorCode)> Flat(WriteTxnMarkersResponse response) =>
        from marker in response.Markers
        from topic in marker.Topics
        from partition in topic.Partitions
        select (marker.ProducerId, topic.Name, partition.PartitionIndex, partition.ErrorCode);

    private static WriteTxnMarkersRequest.WritableTxnMarker Requested(
        long producerId, short epoch, sbyte version, params (string Topic, List<int> Partitions)[] topics) => new()
        {
            ProducerId = producerId,
            ProducerEpoch = epoch,
            TransactionResult = true,
            TransactionVersion = version,
            Topics = [.. topics.Select(topic => new WriteTxnMarkersRequest.WritableTxnMarkerTopic
            {
                Name = topic.Topic, PartitionIndexes = topic.Partitions,
            })],
        };

    private static TransactionMarker Marker(short epoch = 0, bool committed = true, int coordinatorEpoch = 0, short version = 0) =>
        new(Pid, epoch, committed, coordinatorEpoch, version);

    private void Append(int sequence)
    {
        var guard = _leader.Partition.BeginVerification(Pid, sequence, 0, supportsEpochBump: true).Guard;
        Assert.That(_leader.Partition.Append(Batch(sequence), -1, AppendOrigin.Client, guard: guard).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    private static byte[] Batch(int sequence)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions
        {
            ProducerId = Pid, ProducerEpoch = 0, BaseSequence = sequence, IsTransactional = true,
        });
        builder.Append(1_600_000_000_000, default, "v"u8, hasKey: false);
        return builder.Build().ToArray();
    }

    private static byte[] Bytes(EndTransactionMarker marker, short epoch) =>
        ControlRecords.EndTransactionBatch(marker, 0, 0, Pid, epoch, 0);
}
