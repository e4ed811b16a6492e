using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;
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

    private LogAppendInfo Append(int sequence, VerificationGuard? guard = null) =>
        _log.AppendAsLeader(TestLog.Batch(options: TestLog.Producer(7, 0, sequence, transactional: true)), 0, AppendOrigin.Client, guard);
}
