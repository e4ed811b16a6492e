using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Segments;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>Logs with more files than may be open: handles are closed and opened again under readers, appends and renames.</summary>
public sealed class FewHandlesTests
{
    private static readonly (string Name, string Value)[] SmallSegments =
        [("internal.segment.bytes", "2000"), ("index.interval.bytes", "300"), ("file.delete.delay.ms", "0")];

    private readonly List<IOException> _failures = [];
    private TestFolder _folder = null!;
    private FileHandles _handles = null!;

    [SetUp]
    public void SetUp()
    {
        _failures.Clear();
        _folder = new TestFolder(onDisk: true);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void After_a_clean_stop_only_the_last_segment_is_opened_and_nothing_of_an_empty_log()
    {
        using (var log = Open(limit: 1000))
        {
            for (var i = 0; i < 60; i++)
                log.AppendAsLeader(TestLog.Batch(), 0);
            Assert.That(log.Segments.Count, Is.GreaterThan(3));
            log.Flush();
        }
        Assert.That(_handles.Count, Is.Zero);

        using (var log = Open(limit: 1000))
        {
            Assert.That(_handles.Count, Is.LessThanOrEqualTo(3), "the log of the active segment and its indexes");
            Assert.That(ReadAll(log), Is.EqualTo(60));
        }
        Assert.That(_handles.Count, Is.Zero);

        Open(limit: 1000, "empty-0").Dispose();
        using var empty = Open(limit: 1000, "empty-0");
        Assert.That(_handles.Count, Is.Zero);
    }

    [Test]
    public void Closing_a_log_does_not_open_segments_that_were_not_changed()
    {
        using (var log = Open(limit: 1000))
        {
            for (var i = 0; i < 60; i++)
                log.AppendAsLeader(TestLog.Batch(), 0);
            log.Flush();
        }
        var opened = 0;
        var files = new FaultyFileSystem(new PhysicalFileSystem(_handles), (operation, path) =>
        {
            opened += operation == FileOperation.Open && LogFileNames.IsIndex(path) ? 1 : 0;
            return null;
        });
        var unchanged = PartitionLog.Open(Options("t-0") with { FileSystem = files });
        var before = opened;
        unchanged.Dispose();
        Assert.That((before, opened), Is.EqualTo((2, 2)));
    }

    [Test]
    public void Readers_and_searches_go_on_while_handles_are_closed_and_the_log_rolls_truncates_deletes_and_moves()
    {
        var log = Open(limit: 2);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(seed => Task.Run(() => ReadAtRandom(log, new Random(seed), done.Token))).ToArray();
        var random = new Random(7);
        for (var round = 0; round < 600; round++)
        {
            Assert.That(log.AppendAsLeader(TestLog.Batch(timestamp: round), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
            log.UpdateHighWatermark(log.LogEndOffset);
            switch (random.Next(30))
            {
                case 0:
                    log.TruncateTo(Math.Max(log.LogStartOffset, log.LogEndOffset - random.Next(40)));
                    break;
                case 1:
                    log.RenameDirectory(_folder[$"t-0.{round}"]);
                    break;
                case 2:
                    log.IncrementLogStartOffset(Math.Max(log.LogStartOffset, log.HighWatermark - 60));
                    log.DeleteOldSegments();
                    break;
                case 3:
                    log.Flush();
                    break;
            }
        }
        done.Cancel();
        Assert.That(() => Task.WaitAll(readers), Throws.Nothing);
        Assert.That(_failures, Is.Empty);
        Assert.That(ReadAll(log), Is.EqualTo(log.LogEndOffset - log.LogStartOffset));
        log.Dispose();
        Assert.That(_handles.Count, Is.Zero);
    }

    [Test]
    public async Task Many_logs_open_serve_and_restart_with_few_handles()
    {
        const int Logs = 60;
        const int Limit = 12;
        _handles = new FileHandles(Limit);
        var manager = OpenManager();
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < Logs; i++)
            {
                manager.GetOrCreate(new TopicPartition("t", i), new Uuid(1, 2), out var log);
                Assert.That(log!.AppendAsLeader(TestLog.Batch(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
                // A flush in the background may have opened a file at the same moment; then it closes another one.
                await Eventually.True(() => _handles.Count <= Limit, "few handles");
            }
        }
        await manager.ShutdownAsync();

        manager = OpenManager();
        Assert.That(_handles.Count, Is.LessThanOrEqualTo(Limit));
        Assert.That(manager.Logs.Count(), Is.EqualTo(Logs));
        foreach (var log in manager.Logs)
            Assert.That(ReadAll(log), Is.EqualTo(20));
        manager.Abandon();

        manager = OpenManager();
        foreach (var log in manager.Logs)
            Assert.That(ReadAll(log), Is.EqualTo(20));
        await manager.ShutdownAsync();
        Assert.That((_handles.Count, manager.LiveDirectories.Count()), Is.EqualTo((0, 1)));
    }

    private static int ReadAll(PartitionLog log)
    {
        var count = 0;
        for (var at = log.LogStartOffset; at < log.LogEndOffset;)
        {
            using var read = log.Read(at, 1 << 20, FetchIsolation.LogEnd, minOneMessage: true);
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                at = batch.LastOffset + 1;
                count++;
            }
        }
        return count;
    }

    private static void ReadAtRandom(PartitionLog log, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var (start, end) = (log.LogStartOffset, log.LogEndOffset);
            var offset = random.NextInt64(start, Math.Max(start, end) + 1);
            using var read = log.Read(offset, random.Next(4000), FetchIsolation.LogEnd, minOneMessage: true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None).Or.EqualTo(ErrorCode.OffsetOutOfRange));
            foreach (var batch in new RecordBatchReader(read.Records.Span))
                batch.EnsureValid();
            var found = log.OffsetForTimestamp(random.Next(600));
            Assert.That(found.ErrorCode, Is.EqualTo(ErrorCode.None));
        }
    }

    private PartitionLog Open(int limit, string name = "t-0")
    {
        _handles = new FileHandles(limit);
        return PartitionLog.Open(Options(name));
    }

    private PartitionLogOptions Options(string name) => new()
    {
        FileSystem = new PhysicalFileSystem(_handles),
        Directory = _folder[name],
        TopicPartition = new TopicPartition("t", 0),
        Config = LogConfig.From(new Dictionary<string, string>(), SmallSegments.ToDictionary(c => c.Name, c => c.Value)),
        Random = new Random(1),
        HadCleanShutdown = true,
        Background = work => work(),
        StorageFailed = (_, failure) => _failures.Add(failure),
    };

    private LogManager OpenManager() => LogManager.Open(new LogManagerOptions
    {
        FileSystem = new PhysicalFileSystem(_handles),
        Directories = [_folder["data"]],
        Random = new Random(1),
        DirectoryFailed = failure => Assert.Fail(failure.Cause.ToString()),
    });
}
