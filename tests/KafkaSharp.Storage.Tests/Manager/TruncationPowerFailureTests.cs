using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.Storage.Tests.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>
/// A truncation followed by a crash or a power failure: until the next flush the disk may have any of its changes, so what is saved about
/// the log must be true of all of them.
/// </summary>
public sealed class TruncationPowerFailureTests
{
    private const int Batches = 40;
    private static readonly TopicPartition s_partition = new("t", 0);

    private readonly ManualTimeProvider _time = new();
    private SimulatedFileSystem _files = null!;
    private LogManager _manager = null!;

    private PartitionLog Log => _manager.Get(s_partition)!;

    [SetUp]
    public void SetUp() => Create();

    [TearDown]
    public void TearDown() => _manager.Abandon();

    [Test]
    public void A_power_failure_at_any_call_of_a_truncation_leaves_whole_batches([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        var isDone = false;
        for (var call = 0; !isDone; call++)
        {
            Create();
            // Not the first offset of its segment, so that a file is shortened.
            var offset = Log.Segments.Snapshot[1].BaseOffset + 3;
            _files.Arm(DiskFault.PowerCut, call);
            try
            {
                Log.TruncateTo(offset);
                isDone = true;
            }
            catch (PowerCutException)
            {
            }
            LosePower(random);
            Assert.That(AssertWhole(below: offset), Is.GreaterThanOrEqualTo(offset), $"call {call}");
        }
    }

    [Test]
    public void What_follows_a_truncation_is_not_committed_by_the_high_watermark_before_it()
    {
        Log.UpdateHighWatermark(Batches);
        _manager.Maintenance.CheckpointHighWatermarks();
        Log.TruncateTo(5);
        Append(10);
        Kill();
        Assert.That((Log.LogEndOffset, Log.HighWatermark), Is.EqualTo((15, 5)));
    }

    [Test]
    public void Nor_does_a_recovery_leave_a_high_watermark_beyond_the_end()
    {
        var end = AppendToNewSegment();
        Log.UpdateHighWatermark(Log.LogEndOffset);
        _manager.Maintenance.CheckpointHighWatermarks();
        using (var file = _files.OpenFile(Log.Segments.Active.LogPath, StorageFileMode.Open))
            file.SetLength(0);
        Kill();
        Assert.That(Log.LogEndOffset, Is.EqualTo(end));
        Append(20);
        Kill();
        Assert.That((Log.LogEndOffset, Log.HighWatermark), Is.EqualTo((end + 20, end)));
    }

    // The log is empty from the recovery point on then, and there seems to be nothing to flush.
    [Test]
    public async Task A_stop_makes_a_truncation_to_the_start_of_a_segment_durable()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            Create();
            var offset = Log.Segments.Snapshot[1].BaseOffset;
            Log.TruncateTo(offset);
            await _manager.ShutdownAsync();
            LosePower(new Random(seed));
            Assert.That(_manager.Directories[0].HadCleanShutdown);
            Assert.That(AssertWhole(), Is.EqualTo(offset), $"seed {seed}");
        }
    }

    [Test]
    public async Task A_stop_makes_a_recovery_durable_that_has_removed_all_since_the_recovery_point()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            Create();
            var end = AppendToNewSegment();
            // A batch with a whole header and a wrong checksum, which is on disk.
            using (var file = _files.OpenFile(Log.Segments.Active.LogPath, StorageFileMode.Open))
            {
                file.Write(file.Length - 1, [77]);
                file.Flush();
            }
            _files.FlushDirectory(Log.Directory);
            Kill();
            Assert.That(Log.LogEndOffset, Is.EqualTo(end));
            await _manager.ShutdownAsync();
            LosePower(new Random(seed));
            Assert.That(AssertWhole(), Is.EqualTo(end), $"seed {seed}");
        }
    }

    [Test]
    public async Task A_stop_makes_an_emptied_segment_durable_with_those_before_it()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            Create();
            var end = AppendToNewSegment();
            using (var file = _files.OpenFile(Log.Segments.Active.LogPath, StorageFileMode.Open))
            {
                file.Write(file.Length - 1, [77]);
                file.Flush();
            }
            _files.FlushDirectory(Log.Directory);
            // So that recovery, and the flush of the stop, have more than this segment.
            _files.DeleteFile("/a/recovery-point-offset-checkpoint");
            Kill();
            Assert.That((Log.RecoveryPoint, Log.LogEndOffset), Is.EqualTo((0, end)));
            await _manager.ShutdownAsync();
            LosePower(new Random(seed));
            Assert.That(AssertWhole(), Is.EqualTo(end), $"seed {seed}");
        }
    }

    [Test]
    public void A_log_that_a_start_shows_empty_does_not_go_back([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        var isDone = false;
        for (var call = 0; !isDone; call++)
        {
            Create();
            _files.Arm(DiskFault.InputOutput, call);
            try
            {
                Log.TruncateFullyAndStartAt(100);
                isDone = true;
            }
            catch (IOException)
            {
            }
            Kill();
            var (start, highWatermark) = (Log.LogStartOffset, Log.HighWatermark);
            Assert.That(highWatermark, Is.EqualTo(start).Or.LessThanOrEqualTo(Batches));
            LosePower(random);
            Assert.That(Log.LogEndOffset, Is.GreaterThanOrEqualTo(highWatermark), $"call {call}");
        }
    }

    /// <summary>A directory with a log of some segments, all flushed and in the checkpoint.</summary>
    private void Create()
    {
        _manager?.Abandon();
        _files = new SimulatedFileSystem();
        _files.CreateDirectory("/a");
        _files.FlushDirectory("/");
        _manager = Open();
        Assert.That(_manager.GetOrCreate(s_partition, new Uuid(1, 1), out _), Is.EqualTo(ErrorCode.None));
        Append(Batches);
        Log.Flush();
        _manager.Maintenance.CheckpointRecoveryPoints();
        Assert.That(Log.Segments.Count, Is.GreaterThan(2));
    }

    private void Append(int count)
    {
        for (var i = 0; i < count; i++)
            Assert.That(Log.AppendAsLeader(TestLog.Batch(timestamp: 1000 + i), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    /// <summary>Appends a batch to a segment of its own, which is not flushed; gives its offset, which is the recovery point.</summary>
    private long AppendToNewSegment()
    {
        while (Log.LogEndOffset > Log.Segments.Active.BaseOffset + 1)
            Append(1);
        var end = Log.Segments.Active.BaseOffset;
        Log.Flush(end);
        _manager.Maintenance.CheckpointRecoveryPoints();
        return end;
    }

    private void Kill()
    {
        _files = _files.Kill();
        _manager = Open();
    }

    private void LosePower(Random random)
    {
        _files = _files.LosePower(random);
        _manager = Open();
    }

    /// <summary>
    /// Reads the log from its start, and gives its end. Of what is removed any segments may be left: a gap is one as compaction leaves it.
    /// </summary>
    private long AssertWhole(long below = long.MaxValue)
    {
        var offset = Log.LogStartOffset;
        while (offset < Log.LogEndOffset)
        {
            using var read = Log.Read(offset, 1 << 20, FetchIsolation.LogEnd, minOneMessage: true);
            Assert.That((read.ErrorCode, read.Records.Length > 0), Is.EqualTo((ErrorCode.None, true)), $"at {offset}");
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                Assert.That(batch.BaseOffset, offset < below ? Is.EqualTo(offset) : Is.GreaterThanOrEqualTo(offset));
                offset = batch.BaseOffset + 1;
            }
        }
        return offset;
    }

    private LogManager Open()
    {
        var manager = LogManager.Open(new LogManagerOptions
        {
            FileSystem = _files, Directories = ["/a"], Time = _time, Random = new Random(1), Background = _ => { },
        });
        manager.UpdateTopicConfigs(new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["t"] = new Dictionary<string, string> { ["internal.segment.bytes"] = "2000", ["index.interval.bytes"] = "300" },
        });
        return manager;
    }
}
