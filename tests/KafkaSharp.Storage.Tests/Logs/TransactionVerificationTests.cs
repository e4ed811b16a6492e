using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Tests.FileSystem;

namespace KafkaSharp.Storage.Tests.Logs;

public sealed class TransactionVerificationTests
{
    private TestFolder _folder = null!;
    private PartitionLog _log = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TestFolder(onDisk: false);
        _log = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = _folder.Files,
            Directory = _folder["t-0"],
            TopicPartition = new TopicPartition("t", 0),
            Random = new Random(1),
            HadCleanShutdown = true,
            TransactionVerificationEnabled = true,
            Background = work => work(),
        });
    }

    [TearDown]
    public void TearDown() => _log.Dispose();

    [Test]
    public void A_transaction_begins_only_with_its_guard_and_goes_on_without()
    {
        Assert.That(Append(0).ErrorCode, Is.EqualTo(ErrorCode.InvalidTxnState));
        var (error, guard) = _log.Producers.StartTransactionVerification(7, 0, 0, supportsEpochBump: false);
        Assert.That(error, Is.EqualTo(ErrorCode.None));
        Assert.That(Append(0, _log.Producers.StartTransactionVerification(8, 0, 0, false).Guard).ErrorCode, Is.EqualTo(
            ErrorCode.InvalidTxnState), "another producer's guard");
        Assert.That(Append(0, guard).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(_log.Producers.StartTransactionVerification(7, 1, 0, false).Guard, Is.SameAs(VerificationGuard.None));
        Assert.That(Append(1).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void A_marker_in_between_makes_the_guard_worthless()
    {
        var guard = _log.Producers.StartTransactionVerification(7, 0, 0, false).Guard;
        _log.AppendAsLeader(
            ControlRecords.EndTransactionBatch(new EndTransactionMarker(ControlRecordType.Abort, 0), 0, 1, 7, 0, 0), 0,
            AppendOrigin.Coordinator);
        Assert.That(Append(0, guard).ErrorCode, Is.EqualTo(ErrorCode.InvalidTxnState));
    }

    [Test]
    public void A_later_batch_does_not_overtake_the_first_that_was_asked_after()
    {
        _ = _log.Producers.StartTransactionVerification(7, 0, 0, false);
        var guard = _log.Producers.StartTransactionVerification(7, 5, 0, false).Guard;
        Assert.That(Append(5, guard).ErrorCode, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber));
        Assert.That(Append(0, guard).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void The_guard_of_one_transaction_is_worthless_in_the_next()
    {
        var late = Begin(0);
        End(ControlRecordType.Commit, 0);
        var guard = Begin(0);
        Assert.That(Append(0, late).ErrorCode, Is.EqualTo(ErrorCode.InvalidTxnState));
        Assert.That(Append(0, guard).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void A_late_record_of_an_ended_transaction_does_not_begin_another()
    {
        Append(0, Begin(0));
        End(ControlRecordType.Commit, 0);
        Assert.That(Append(1).ErrorCode, Is.EqualTo(ErrorCode.InvalidTxnState));
        Assert.That(_log.Producers.HasOngoingTransaction(7, 0), Is.False);
    }

    // From here on: the order of the checks in UnifiedLog.analyzeAndValidateProducerState of Kafka 4.3.1.
    [Test]
    public void A_duplicate_is_one_even_after_its_transaction()
    {
        Append(0, Begin(0));
        End(ControlRecordType.Abort, 0);
        Assert.That((Append(0).IsDuplicate, Append(0).FirstOffset), Is.EqualTo((true, 0L)));
    }

    [Test]
    public void A_stale_epoch_comes_before_a_missing_verification()
    {
        End(ControlRecordType.Abort, 3);
        Assert.That(Append(0, epoch: 2).ErrorCode, Is.EqualTo(ErrorCode.InvalidProducerEpoch));
        Assert.That(_log.Producers.StartTransactionVerification(7, 0, 2, true).ErrorCode, Is.EqualTo(ErrorCode.InvalidProducerEpoch));
    }

    [Test]
    public void A_missing_verification_comes_before_the_sequence()
    {
        Append(0, Begin(0));
        End(ControlRecordType.Commit, 0);
        Assert.That(Append(9).ErrorCode, Is.EqualTo(ErrorCode.InvalidTxnState));
        Assert.That(Append(9, Begin(9)).ErrorCode, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber));
    }

    [Test]
    public void A_stale_epoch_comes_before_the_sequence_that_was_asked_after()
    {
        var guard = Begin(0);
        _log.AppendAsFollower(TestLog.Batch(options: TestLog.Producer(7, 5, 0, transactional: false)), 0);
        Assert.That(Append(4, guard).ErrorCode, Is.EqualTo(ErrorCode.InvalidProducerEpoch));
    }

    [Test]
    public void An_epoch_of_a_client_that_raises_it_begins_at_0()
    {
        var guard = Begin(5, supportsEpochBump: true);
        Assert.That(Append(5, guard).ErrorCode, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber));
        Assert.That(Append(0, Begin(0, supportsEpochBump: true)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void An_older_client_that_is_unknown_may_begin_anywhere() =>
        Assert.That(Append(5, Begin(5)).ErrorCode, Is.EqualTo(ErrorCode.None));

    [Test]
    public void A_newer_epoch_replaces_the_sequence_that_was_asked_after()
    {
        Begin(5);
        Assert.That(Append(7, Begin(7, epoch: 1), epoch: 1).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void Verification_can_be_disabled_while_the_log_is_open()
    {
        _log.Producers.Configure(1000, requiresVerification: false);
        Assert.That(Append(0).ErrorCode, Is.EqualTo(ErrorCode.None));
        End(ControlRecordType.Commit, 0);
        _log.Producers.Configure(1000, requiresVerification: true);
        Assert.That(Append(1).ErrorCode, Is.EqualTo(ErrorCode.InvalidTxnState));
    }

    [Test]
    public void A_coordinator_is_verified_too_and_a_replica_is_not()
    {
        var batch = TestLog.Batch(options: TestLog.Producer(7, 0, -1, transactional: true));
        Assert.That(_log.AppendAsLeader(batch, 0, AppendOrigin.Coordinator).ErrorCode, Is.EqualTo(ErrorCode.InvalidTxnState));
        Assert.That(_log.AppendAsFollower(batch, 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(_log.Producers.HasOngoingTransaction(7, 0));
    }

    private VerificationGuard Begin(int sequence, short epoch = 0, bool supportsEpochBump = false) =>
        _log.Producers.StartTransactionVerification(7, sequence, epoch, supportsEpochBump).Guard;

    private void End(ControlRecordType type, short epoch) => Assert.That(
        _log.AppendAsLeader(
            ControlRecords.EndTransactionBatch(new EndTransactionMarker(type, 0), 0, 1, 7, epoch, 0), 0, AppendOrigin.Coordinator)
            .ErrorCode,
        Is.EqualTo(ErrorCode.None));

    private LogAppendInfo Append(int sequence, VerificationGuard? guard = null, short epoch = 0) => _log.AppendAsLeader(
        TestLog.Batch(options: TestLog.Producer(7, epoch, sequence, transactional: true)), 0, AppendOrigin.Client, guard);
}
