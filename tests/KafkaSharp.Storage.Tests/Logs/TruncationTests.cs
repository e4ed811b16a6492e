using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>What a log knows after a truncation, and after one that fails.</summary>
public sealed class TruncationTests
{
    [Test]
    public void The_largest_timestamp_is_known_after_a_restart_and_a_truncation()
    {
        // Less than index.interval.bytes: the only entry of the time index is the one that is written when the log is closed.
        using var test = new TestLog();
        for (var i = 0; i < 10; i++)
            test.Append(timestamp: 1000 + i);
        test.Reopen(cleanShutdown: true);

        test.Log.TruncateTo(5);

        Assert.That(test.Log.Segments.Active.MaxTimestampAndOffset, Is.EqualTo(new TimestampOffset(1004, 4)));
        test.Reopen(cleanShutdown: true);
        Assert.That(test.Log.Segments.Active.LargestTimestamp, Is.EqualTo(1004), "retention.ms counts from it");
    }

    [Test]
    public void The_last_stable_offset_stays_behind_a_transaction_that_has_ended()
    {
        using var test = new TestLog();
        test.Append(options: TestLog.Producer(1, 0, 0, transactional: true));
        Assert.That(test.EndTransaction(1, 0, commit: true).ErrorCode, Is.EqualTo(ErrorCode.None));
        for (var i = 0; i < 4; i++)
            test.Append();
        test.Log.UpdateHighWatermark(4);
        Assert.That(test.Log.LastStableOffset, Is.EqualTo(4));

        test.Log.TruncateTo(5);

        Assert.That((test.Log.HighWatermark, test.Log.LastStableOffset), Is.EqualTo((4, 4)));
    }

    [Test]
    public void An_open_transaction_still_limits_the_last_stable_offset()
    {
        using var test = new TestLog();
        test.Append();
        test.Append(options: TestLog.Producer(1, 0, 0, transactional: true));
        for (var i = 0; i < 4; i++)
            test.Append();
        test.Log.UpdateHighWatermark(4);

        test.Log.TruncateTo(5);

        Assert.That((test.Log.HighWatermark, test.Log.LastStableOffset), Is.EqualTo((4, 1)));
    }

    [Test]
    public void A_log_has_a_segment_while_a_truncation_creates_the_new_one()
    {
        using var test = new FaultyLog();
        var counts = new List<int>();
        test.Append(3);
        test.OnOpen = _ =>
        {
            counts.Add(test.Log.Segments.Count);
            return null;
        };

        test.Log.TruncateFullyAndStartAt(0);

        Assert.That(counts, Is.Not.Empty.And.All.EqualTo(1));
        Assert.That((test.Log.LogEndOffset, test.Log.Size), Is.EqualTo((0, 0)));
    }

    [Test]
    public void A_truncation_that_cannot_create_a_segment_leaves_the_log_as_it_was()
    {
        using var test = new FaultyLog();
        test.Append(3);
        test.OnOpen = path => path.EndsWith(".log", StringComparison.Ordinal) ? new IOException("Too many open files", 24) : null;

        Assert.That(() => test.Log.TruncateFullyAndStartAt(0), Throws.InstanceOf<IOException>());

        test.OnOpen = _ => null;
        Assert.That((test.Log.Segments.Count, test.Log.LogEndOffset), Is.EqualTo((1, 3)));
        test.Append(1);
        test.Crash();
        Assert.That(test.Log.LogEndOffset, Is.EqualTo(4), "nothing was written to a file that is deleted at the next start");
    }

    [Test]
    public void A_flush_after_a_truncation_makes_the_shortened_file_and_the_folder_durable()
    {
        using var test = new FaultyLog();
        test.Append(10);
        test.Log.Flush();
        test.Log.TruncateTo(5);
        test.Flushed.Clear();
        Assert.That(test.Log.RecoveryPoint, Is.Zero);
        // In the next segment, so that nothing else is written to the file.
        var overrides = new Dictionary<string, string> { ["internal.segment.bytes"] = "2000" };
        test.Log.Config = LogConfig.From(new Dictionary<string, string>(), overrides);
        while (test.Log.Segments.Count == 1)
            test.Append(1);
        test.Log.Flush();
        Assert.That(test.Flushed, Is.SupersetOf(new[] { "/data/t-0/00000000000000000000.log", "/data/t-0" }));
    }

    [Test]
    public void A_flush_after_recovery_has_cut_the_log_makes_the_folder_durable()
    {
        using var test = new FaultyLog();
        test.Append(10);
        test.Log.Flush();
        test.ShortenLastSegment();
        test.Crash(recoveryPoint: 10);
        Assert.That((test.Log.LogEndOffset, test.Log.RecoveryPoint), Is.EqualTo((9, 0)));
        test.Append(1);
        test.Flushed.Clear();
        test.Log.Flush();
        Assert.That(test.Flushed, Does.Contain("/data/t-0"));
    }

    [Test]
    public void Records_below_a_new_log_start_are_flushed_with_the_others()
    {
        using var test = new FaultyLog();
        test.Append(10);
        test.Log.UpdateHighWatermark(10);
        test.Log.IncrementLogStartOffset(7);
        Assert.That(test.Log.RecoveryPoint, Is.Zero, "a power failure may take the new log start");
    }

    /// <summary>A log in memory whose files fail to open on demand.</summary>
    private sealed class FaultyLog : IDisposable
    {
        private readonly FaultyFileSystem _files;

        public FaultyLog()
        {
            _files = new FaultyFileSystem(
                new MemoryFileSystem(TimeProvider.System), (operation, path) =>
                {
                    if (operation == FileOperation.Flush)
                        Flushed.Add(path);
                    return operation == FileOperation.Open ? OnOpen(path) : null;
                });
            Log = Open(cleanShutdown: true);
        }

        public Func<string, IOException?> OnOpen { get; set; } = _ => null;

        public List<string> Flushed { get; } = [];

        public PartitionLog Log { get; private set; }

        public void Append(int count)
        {
            for (var i = 0; i < count; i++)
                Assert.That(Log.AppendAsLeader(TestLog.Batch(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        }

        public void ShortenLastSegment()
        {
            using var file = _files.OpenFile(Log.Segments.Active.LogPath, StorageFileMode.Open);
            file.SetLength(file.Length - 1);
        }

        public void Crash(long recoveryPoint = 0)
        {
            Log.CloseAbruptly();
            Log = Open(cleanShutdown: false, recoveryPoint);
        }

        public void Dispose() => Log.CloseAbruptly();

        private PartitionLog Open(bool cleanShutdown, long recoveryPoint = 0) => PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = _files,
            Directory = "/data/t-0",
            TopicPartition = new TopicPartition("t", 0),
            Random = new Random(1),
            HadCleanShutdown = cleanShutdown,
            RecoveryPoint = recoveryPoint,
            Background = work => work(),
        });
    }
}
