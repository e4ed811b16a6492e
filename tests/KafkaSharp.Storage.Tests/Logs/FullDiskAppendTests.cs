using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Tests.FileSystem;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>
/// What an append that found no space leaves in memory: a producer sends it again, perhaps together with later ones.
/// </summary>
public sealed class FullDiskAppendTests
{
    private SimulatedFileSystem _files = null!;
    private PartitionLog _log = null!;

    [SetUp]
    public void SetUp() => Start(1);

    [TearDown]
    public void TearDown() => _log.CloseAbruptly();

    [Test]
    public void An_epoch_that_begins_where_the_one_before_began_needs_no_space()
    {
        Append(0);
        _log.AssignEpochStartOffset(3);
        _log.Flush();
        FillDisk();
        Assert.That(() => _log.AssignEpochStartOffset(4), Throws.Nothing);
        _files.Disarm();
        Append(1, epoch: 4);
        _log.CloseAbruptly();
        _files = _files.Kill();
        _log = Open(hadCleanShutdown: false);
        Assert.That(_log.EpochEntries, Is.EqualTo(new EpochEntry[] { new(0, 0), new(4, 1) }));
    }

    [Test]
    public void Whichever_call_has_no_space_a_batch_that_is_sent_again_is_in_the_log_once([Values] bool isNewSegment)
    {
        var refused = 0;
        for (var call = 0; call < 20; call++)
        {
            Start(call + 1);
            Append(0);
            // Nothing was appended in it, so that the next one replaces it.
            _log.AssignEpochStartOffset(3);
            _log.Flush();
            _files.Arm(DiskFault.NoSpace, call);
            var info = TryAppend(1, epoch: 4, valueSize: isNewSegment ? 950 : 100);
            _files.Disarm();
            if (info.ErrorCode != ErrorCode.None)
            {
                refused++;
                Assert.That(info.IsDiskFull);
                Assert.That(_log.LogEndOffset, Is.EqualTo(1), $"call {call}");
                info = TryAppend(1, epoch: 4, valueSize: isNewSegment ? 950 : 100);
            }
            Assert.That((info.ErrorCode, info.IsDuplicate, _log.LogEndOffset), Is.EqualTo((ErrorCode.None, false, 2L)), $"call {call}");
            Assert.That(TryAppend(2, epoch: 4).ErrorCode, Is.EqualTo(ErrorCode.None), $"call {call}");
            _log.CloseAbruptly();
        }
        Assert.That(refused, Is.GreaterThan(0));
    }

    [Test]
    public void A_batch_in_flight_behind_the_first_one_of_a_producer_does_not_pass_it()
    {
        FillDisk();
        Assert.That(TryAppend(0, records: 5, valueSize: 150).IsDiskFull);
        _files.Disarm();
        Assert.That(TryAppend(5).ErrorCode, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber));
        Assert.That(_log.LogEndOffset, Is.Zero);
        Append(0, records: 5);
        Append(5);
        Assert.That(TryAppend(0, records: 5).IsDuplicate);
        Assert.That(_log.LogEndOffset, Is.EqualTo(6));
    }

    [Test]
    public void A_producer_that_gives_a_refused_batch_up_goes_on_in_another_epoch()
    {
        FillDisk();
        Assert.That(TryAppend(0).IsDiskFull);
        _files.Disarm();
        Append(0, producerEpoch: 1);
        Append(1, producerEpoch: 1);
    }

    [Test]
    public void A_batch_that_another_leader_has_had_since_is_not_waited_for()
    {
        FillDisk();
        Assert.That(TryAppend(0).IsDiskFull);
        _files.Disarm();
        // That leader has deleted it already: the follower begins where its log begins.
        _log.TruncateFullyAndStartAt(10);
        Append(10, epoch: 2);
    }

    [Test]
    public void A_batch_in_flight_behind_one_of_a_known_producer_does_not_pass_it_either()
    {
        Append(0);
        FillDisk();
        Assert.That(TryAppend(1).IsDiskFull);
        _files.Disarm();
        Assert.That(TryAppend(2).ErrorCode, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber));
        Append(1);
        Append(2);
    }

    private void Start(int seed)
    {
        _files = new SimulatedFileSystem(new Random(seed));
        _files.CreateDirectory("/t-0");
        _log = Open(hadCleanShutdown: true);
    }

    private void FillDisk() => _files.Arm(DiskFault.NoSpace, 0, further: int.MaxValue);

    private PartitionLog Open(bool hadCleanShutdown) => PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = _files,
        Directory = "/t-0",
        TopicPartition = new TopicPartition("t", 0),
        Config = LogConfig.From(new Dictionary<string, string>(), new Dictionary<string, string> { ["internal.segment.bytes"] = "1100" }),
        Random = new Random(1),
        HadCleanShutdown = hadCleanShutdown,
        Background = static _ => { },
        DiskFull = static (_, _) => { },
    });

    private void Append(int sequence, int epoch = 0, int records = 1, short producerEpoch = 0) => Assert.That(
        TryAppend(sequence, epoch, records, producerEpoch: producerEpoch).ErrorCode, Is.EqualTo(ErrorCode.None));

    private LogAppendInfo TryAppend(int sequence, int epoch = 0, int records = 1, int valueSize = 100, short producerEpoch = 0) =>
        _log.AppendAsLeader(
            TestLog.Batch(records, valueSize, options: TestLog.Producer(7, producerEpoch, sequence)), epoch);
}
