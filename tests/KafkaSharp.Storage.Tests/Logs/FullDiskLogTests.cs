using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>
/// What a log that goes on after its disk was full has on disk. A write that had no space has left a part of its bytes, and they could not
/// be removed either.
/// </summary>
public sealed class FullDiskLogTests
{
    private readonly ManualTimeProvider _time = new();
    private Dictionary<string, string> _configs = null!;
    private SimulatedFileSystem _files = null!;
    private PartitionLog _log = null!;

    [SetUp]
    public void SetUp() => _configs = new() { ["internal.segment.bytes"] = "1000", ["index.interval.bytes"] = "100" };

    [TearDown]
    public void TearDown() => _log?.CloseAbruptly();

    [Test]
    public void What_follows_a_segment_that_was_torn_survives_a_kill([Range(1, 5)] int seed)
    {
        Start(seed);
        Refuse();
        var end = RollAndAppend();
        _files = _files.Kill();
        Assert.That(Reopened().LogEndOffset, Is.EqualTo(end));
    }

    [Test]
    public void And_a_power_failure_when_it_is_flushed([Range(1, 20)] int seed, [Values] bool isTornAfterFlush, [Values] bool isSaved)
    {
        Start(seed);
        if (isTornAfterFlush)
            _log.Flush();
        Refuse();
        _log.Flush();
        AssertSurvivesPowerFailure(seed, isSaved);
    }

    [Test]
    public void What_follows_a_preallocated_segment_survives_a_power_failure_when_it_is_flushed(
        [Range(1, 20)] int seed, [Values] bool isSaved)
    {
        _configs["preallocate"] = "true";
        Start(seed);
        _log.Flush();
        AssertSurvivesPowerFailure(seed, isSaved);
    }

    [Test]
    public void So_does_the_end_of_a_torn_segment_after_a_clean_stop([Range(1, 20)] int seed, [Values] bool isTornAfterFlush)
    {
        Start(seed);
        if (isTornAfterFlush)
            _log.Flush();
        Refuse();
        var (end, path, size) = (_log.LogEndOffset, _log.Segments.Active.LogPath, _log.Segments.Active.Size);
        _log.FlushForStop();
        _log.Dispose();
        _files = _files.LosePower(new Random(seed));
        Assert.That(_files.GetLength(path), Is.EqualTo(size));
        Assert.That(Reopened(hadCleanShutdown: true).LogEndOffset, Is.EqualTo(end));
    }

    [Test]
    public void A_segment_that_was_torn_ends_with_its_last_record_after_a_clean_stop([Range(1, 5)] int seed)
    {
        Start(seed);
        Refuse();
        _log.Flush();
        var (end, path, size) = (_log.LogEndOffset, _log.Segments.Active.LogPath, _log.Segments.Active.Size);
        _log.Dispose();
        Assert.That(_files.GetLength(path), Is.EqualTo(size));
        Assert.That(Reopened(hadCleanShutdown: true).LogEndOffset, Is.EqualTo(end));
    }

    [Test]
    public void A_log_that_could_not_start_again_keeps_its_files_after_a_power_failure([Range(1, 20)] int seed)
    {
        Start(seed);
        var end = AppendToSegment(3);
        _log.Flush();
        _files.Arm(DiskFault.NoSpace, 0, further: 1);
        Assert.That(() => _log.TruncateFullyAndStartAt(100), Throws.InstanceOf<IOException>());
        Assert.That(_log.LogEndOffset, Is.EqualTo(end));
        _files = _files.LosePower(new Random(seed));
        Assert.That(Reopened().LogEndOffset, Is.EqualTo(end));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Whichever_call_of_a_new_start_has_no_space_its_files_survive_a_power_failure(bool isNewSegment)
    {
        var refused = 0;
        for (var call = 0; call < 40; call++)
        {
            Start(call + 1);
            var end = AppendToSegment(3);
            _log.Flush();
            var start = isNewSegment ? 100 : 0;
            _files.Arm(DiskFault.NoSpace, call);
            try
            {
                _log.TruncateFullyAndStartAt(start);
                end = start;
            }
            catch (IOException)
            {
                refused++;
            }
            _files.Disarm();
            if (_log.Cleaning.IsClosed)
                continue;
            Assert.That(_log.LogEndOffset, Is.EqualTo(end));
            Assert.That(_log.AppendAsLeader(TestLog.Batch(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
            _log.Flush();
            _files = _files.LosePower(new Random(call));
            var reopened = Reopened();
            Assert.That((reopened.LogStartOffset, reopened.LogEndOffset), Is.EqualTo((end == start ? start : 0L, end + 1)), $"call {call}");
        }
        Assert.That(refused, Is.GreaterThan(5));
    }

    [Test]
    public void An_index_has_no_entries_of_a_write_that_failed_and_was_truncated([Range(1, 5)] int seed)
    {
        _files = new SimulatedFileSystem(new Random(seed));
        using (var index = new OffsetIndex(_files, "/i", 0, 1000, isNew: true))
        {
            for (var i = 1; i <= 50; i++)
                index.Append(i * 10, i * 100);
            index.EnsureExists();
            _files.Arm(DiskFault.NoSpace, 0, further: 1);
            Assert.That(index.WriteOut, Throws.InstanceOf<IOException>());
            Assert.That(_files.GetLength("/i"), Is.GreaterThan(16), "a part was written");
            index.TruncateTo(25);
            index.WriteOut();
        }
        using var reopened = new OffsetIndex(_files, "/i", 0, 1000);
        Assert.That((reopened.EntryCount, reopened.LastOffset), Is.EqualTo((2, 20L)));
    }

    private void Start(int seed)
    {
        _files = new SimulatedFileSystem(new Random(seed));
        _files.CreateDirectory("/t-0");
        _files.FlushDirectory("/");
        _log = Reopened(hadCleanShutdown: true);
        AppendToSegment(1);
    }

    // With the recovery point of before the roll, the segment before it is not recovered.
    private void AssertSurvivesPowerFailure(int seed, bool isSaved)
    {
        var (first, saved) = (_log.Segments.First, isSaved ? _log.RecoveryPoint : 0);
        var (path, size) = (first.LogPath, first.Size);
        var end = RollAndAppend();
        _log.Flush();
        _files = _files.LosePower(new Random(seed));
        Assert.That(Reopened(recoveryPoint: saved).LogEndOffset, Is.EqualTo(end));
        Assert.That(_files.GetLength(path), Is.EqualTo(size));
    }

    private PartitionLog Reopened(bool hadCleanShutdown = false, long recoveryPoint = 0) => _log = PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = _files,
        Directory = "/t-0",
        TopicPartition = new TopicPartition("t", 0),
        Config = LogConfig.From(new Dictionary<string, string>(), _configs),
        Time = _time,
        Random = new Random(1),
        HadCleanShutdown = hadCleanShutdown,
        RecoveryPoint = recoveryPoint,
        LogStartOffset = 0,
        Background = static _ => { },
        DiskFull = static (_, _) => { },
    });

    private long AppendToSegment(int count)
    {
        while (_log.Segments.Count < count || _log.Segments.Active.Size < 300)
            Assert.That(_log.AppendAsLeader(TestLog.Batch(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        return _log.LogEndOffset;
    }

    private long RollAndAppend()
    {
        Assert.That(_log.AppendAsLeader(TestLog.Batch(valueSize: 800), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(_log.Segments.Count, Is.EqualTo(2));
        return _log.LogEndOffset;
    }

    private void Refuse()
    {
        var (path, size) = (_log.Segments.Active.LogPath, _log.Segments.Active.Size);
        do
        {
            _files.Arm(DiskFault.NoSpace, 0, further: 1);
            Assert.That(_log.AppendAsLeader(TestLog.Batch(), 0).IsDiskFull);
        }
        while (_files.GetLength(path) == size);
    }
}
