using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Cleaning;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>What happens to a log while it is compacted.</summary>
public sealed class LogCleaningTests
{
    private readonly ManualTimeProvider _time = new();
    private Action<FileOperation, string>? _during;
    private FaultyFileSystem _files = null!;

    [SetUp]
    public void SetUp()
    {
        _during = null;
        _files = new FaultyFileSystem(new MemoryFileSystem(_time), (operation, path) =>
        {
            _during?.Invoke(operation, path);
            return null;
        });
    }

    [Test]
    public void Consumers_find_the_same_values_whatever_the_history([Range(0, 39)] int seed)
    {
        using var log = CleanedLog.Create(_files, _time, seed);
        var before = CommittedView.Of(log);
        var offsets = CommittedView.Offsets(log);
        Assert.That(CleanedLog.Clean(log), Is.True);
        Assert.That(CommittedView.Of(log), Is.EquivalentTo(before));
        Assert.That(CommittedView.Offsets(log), Is.SubsetOf(offsets).And.Unique);
        _time.Advance(TimeSpan.FromDays(2));
        AppendSegment(log);
        Assert.That(CleanedLog.Clean(log), Is.True);
        var after = CommittedView.Of(log);
        Assert.That(after.Remove("7A"), Is.True);
        Assert.That(after, Is.EquivalentTo(before), "tombstones go after the records that they delete");
    }

    [Test]
    public void A_truncation_while_segments_are_written_ends_the_compaction()
    {
        using var log = CleanedLog.Create(_files, _time, 1);
        var end = log.Segments.All[1].BaseOffset + 1;
        var expected = CommittedView.Offsets(log).Where(offset => offset < end).ToList();
        Once(FileOperation.Write, ".log.cleaned", () => log.TruncateTo(end));
        Assert.That(CleanedLog.Clean(log), Is.False);
        Assert.That(CommittedView.Offsets(log), Is.SubsetOf(expected));
        Assert.That(log.LogEndOffset, Is.EqualTo(end));
        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public void A_truncation_during_the_replacement_waits_for_its_end()
    {
        using var log = CleanedLog.Create(_files, _time, 1);
        var end = log.LogEndOffset - 5;
        using var begun = new ManualResetEventSlim();
        Thread? truncation = null;
        Once(FileOperation.Rename, ".txnindex.cleaned", () =>
        {
            truncation = new Thread(() =>
            {
                begun.Set();
                log.TruncateTo(end);
            });
            truncation.Start();
            begun.Wait();
        });
        CleanedLog.Clean(log);
        truncation!.Join();
        Assert.That(log.LogEndOffset, Is.EqualTo(end));
        var offsets = CommittedView.Offsets(log);
        Assert.That(offsets, Has.All.LessThan(end));
        log.CloseAbruptly();
        using var reopened = CleanedLog.Open(_files, _time, isClean: false);
        Assert.That(CommittedView.Offsets(reopened), Is.EqualTo(offsets));
    }

    [Test]
    public void Segments_that_retention_has_deleted_do_not_come_back()
    {
        using var log = CleanedLog.Create(_files, _time, 1);
        var start = log.Segments.All[1].BaseOffset;
        Once(FileOperation.Write, ".log.cleaned", () =>
        {
            log.IncrementLogStartOffset(start);
            log.DeleteOldSegments();
        });
        Assert.That(CleanedLog.Clean(log), Is.False);
        Assert.That(log.Segments.First.BaseOffset, Is.EqualTo(start));
        Assert.That(Leftovers(), Is.Empty);
        Assert.That(CleanedLog.Clean(log), Is.True);
    }

    [Test]
    public void A_producer_snapshot_that_is_taken_after_the_replacement_stays()
    {
        using var log = CleanedLog.Create(_files, _time, 1);
        var merged = log.Segments.Snapshot[2].BaseOffset;
        Assert.That(CleanedLog.Clean(log), Is.True);
        Assert.That(log.Segments.Snapshot.Select(segment => segment.BaseOffset), Does.Not.Contain(merged));
        log.TruncateTo(merged);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.That(_files.FileExists(LogFileNames.ProducerSnapshot(CleanedLog.Folder, merged)), Is.True);
        Assert.That(_files.EnumerateFiles(CleanedLog.Folder).Where(f => f.EndsWith(".deleted", StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase(FileOperation.Write, ".log.cleaned", 1)]
    [TestCase(FileOperation.Flush, CleanedLog.Folder, 1)]
    [TestCase(FileOperation.Flush, CleanedLog.Folder, 2)]
    [TestCase(FileOperation.Flush, CleanedLog.Folder, 3)]
    public void A_log_can_be_renamed_and_closed(FileOperation operation, string path, int time)
    {
        var log = CleanedLog.Create(_files, _time, 1);
        var before = CommittedView.Of(log);
        Once(operation, path, () => log.RenameDirectory("/data/t-0.abc-delete"), time);
        Assert.That(CleanedLog.Clean(log), Is.False);
        Assert.That(CommittedView.Of(log), Is.EquivalentTo(before));
        log.Delete();
        Assert.That(_files.EnumerateDirectories("/data"), Is.Empty);

        foreach (var isClean in new[] { true, false })
        {
            using var closed = CleanedLog.Create(_files, _time, 1);
            Once(operation, path, isClean ? closed.Dispose : closed.CloseAbruptly, time);
            Assert.That(CleanedLog.Clean(closed), Is.False);
            using var reopened = CleanedLog.Open(_files, _time, isClean, closed.RecoveryPoint);
            Assert.That(CommittedView.Of(reopened), Is.EquivalentTo(before));
            Assert.That(Leftovers(), Is.Empty);
            reopened.Delete();
        }
    }

    [Test]
    public void What_a_renamed_log_has_not_replaced_is_not_deleted_in_the_log_that_follows_it()
    {
        var log = CleanedLog.Create(_files, _time, 1);
        var other = LogFileNames.Log(CleanedLog.Folder, 0, LogFileNames.CleanedSuffix);
        Once(FileOperation.Write, ".log.cleaned", () =>
        {
            log.RenameDirectory("/data/t-0.abc-delete");
            _files.CreateDirectory(CleanedLog.Folder);
            _files.OpenFile(other, StorageFileMode.CreateNew).Dispose();
        });
        Assert.That(CleanedLog.Clean(log), Is.False);
        Assert.That(_files.FileExists(other), Is.True);
        log.Delete();
    }

    [Test]
    public void Nothing_is_created_in_the_folder_of_the_log_that_follows_a_renamed_one()
    {
        var log = CleanedLog.Create(_files, _time, 1);
        var others = log.Segments.Snapshot
            .Select(segment => LogFileNames.Log(CleanedLog.Folder, segment.BaseOffset, LogFileNames.CleanedSuffix)).ToArray();
        Once(FileOperation.Flush, CleanedLog.Folder, () =>
        {
            log.RenameDirectory("/data/t-0.abc-delete");
            _files.CreateDirectory(CleanedLog.Folder);
            foreach (var other in others)
                _files.OpenFile(other, StorageFileMode.CreateNew).Dispose();
        }, time: 3);
        Assert.That(CleanedLog.Clean(log), Is.False);
        Assert.That(others.Where(other => !_files.FileExists(other)), Is.Empty);
        log.Delete();
    }

    [Test]
    public void An_empty_segment_takes_the_place_of_one_whose_replacement_was_interrupted()
    {
        CleanedLog.Create(_files, _time, 3).CloseAbruptly();
        var index = LogFileNames.TransactionIndex(CleanedLog.Folder, 0);
        _files.OpenFile(index, StorageFileMode.OpenOrCreate).Dispose();
        _files.OpenFile(LogFileNames.Log(CleanedLog.Folder, 0, LogFileNames.SwapSuffix), StorageFileMode.Create).Dispose();
        using var log = CleanedLog.Open(_files, _time, isClean: true);
        Assert.That((log.Segments.First.BaseOffset, log.Segments.First.Size), Is.EqualTo((0, 0)));
        Assert.That(_files.FileExists(index), Is.False, "it may be one of the old segment");
    }

    [Test]
    public void What_was_not_replaced_and_cannot_be_deleted_is_a_failure_of_the_disk()
    {
        using var log = CleanedLog.Create(_files, _time, 1);
        Once(FileOperation.Write, ".log.cleaned", () =>
        {
            log.IncrementLogStartOffset(log.Segments.All[1].BaseOffset);
            log.DeleteOldSegments();
            Once(FileOperation.Delete, ".log.cleaned", () => throw new IOException("Input/output error", 5));
        });
        Assert.That(() => CleanedLog.Clean(log), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void A_record_does_not_go_before_the_one_that_replaces_it_is_durable([Range(1, 10)] int seed)
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/data");
        disk.FlushDirectory("/");
        var log = CleanedLog.Open(disk, _time, isClean: true, background: _ => { });
        AppendSegment(log);
        log.Flush();
        disk.FlushDirectory("/data");
        var flushed = log.RecoveryPoint;
        AppendSegment(log);
        Assert.That(CleanedLog.Clean(log), Is.True);
        log.CloseAbruptly();
        using var found = CleanedLog.Open(disk.LosePower(new Random(seed)), _time, isClean: false, flushed);
        Assert.That(CommittedView.Of(found).Keys, Is.EqualTo(new[] { "7A" }));
    }

    [Test]
    public void Readers_and_appends_go_on()
    {
        using var log = CleanedLog.Create(_files, _time, 1);
        var before = CommittedView.Of(log);
        using var held = log.Read(0, 1 << 20, FetchIsolation.LogEnd, minOneMessage: true);
        var bytes = held.Records.ToArray();
        Once(FileOperation.Write, ".log.cleaned", () =>
        {
            using var builder = new RecordBatchBuilder(new RecordBatchOptions());
            builder.Append(1, "new"u8, "value"u8);
            Assert.That(log.AppendAsLeader(builder.Build().ToArray(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
            Assert.That(CommittedView.Of(log), Is.EquivalentTo(before));
        });
        Assert.That(CleanedLog.Clean(log), Is.True);
        Assert.That(held.Records.Span.SequenceEqual(bytes));
        log.UpdateHighWatermark(log.LogEndOffset);
        Assert.That(CommittedView.Of(log), Has.Count.EqualTo(before.Count + 1));
    }

    [Test]
    public void The_places_of_high_watermark_and_last_stable_offset_stay_valid()
    {
        using var log = CleanedLog.Create(_files, _time, 1);
        // The high watermark is known as the end of the segment that is full then.
        var segments = log.Segments.Count;
        log.UpdateHighWatermark(log.LogEndOffsetMetadata);
        var end = log.LogEndOffset;
        while (log.Segments.Count == segments)
            Append(log, 500);
        log.UpdateHighWatermark(end);
        CleanedLog.Clean(log);
        foreach (var isolation in new[] { FetchIsolation.HighWatermark, FetchIsolation.TransactionCommitted })
        {
            var offset = 0L;
            while (true)
            {
                using var read = log.Read(offset, 300, isolation, minOneMessage: true);
                if (read.Records.Length == 0)
                    break;
                foreach (var batch in new RecordBatchReader(read.Records.Span))
                    offset = batch.LastOffset + 1;
            }
            Assert.That(offset, Is.EqualTo(end), $"{isolation}");
        }
    }

    [Test]
    public void A_deleted_key_does_not_come_back_where_the_map_was_full()
    {
        using var log = CleanedLog.Open(_files, _time, isClean: true);
        Append(log, 1, "x"u8);
        AppendTransaction(log, sequence: 0, commits: false, "y"u8);
        // The map is full after the first of these, so the next pass begins within the segment.
        Append(log, 1, "a"u8);
        Append(log, 1, "b"u8);
        AppendTransaction(log, sequence: 1, commits: true, "x"u8);
        for (var round = 0; round < 6; round++)
        {
            AppendSegment(log);
            Assert.That(CommittedView.Of(log).Keys, Does.Not.Contain("78"), $"round {round}");
            Clean(log, mapBytes: 3 * OffsetMap.EntryBytes);
            _time.Advance(TimeSpan.FromDays(2));
        }
        Assert.That(CommittedView.Offsets(log), Does.Not.Contain(0), "the deleted record");
    }

    [Test]
    public void A_segment_with_offsets_too_far_apart_is_split()
    {
        using var log = CleanedLog.CreateToBeSplit(_files, _time);
        var before = CommittedView.Of(log);
        Assert.That(before, Has.Count.EqualTo(5));
        Assert.That(CleanedLog.Clean(log), Is.False, "split, and left for the next time");
        Assert.That(log.Segments.Snapshot.Select(segment => segment.BaseOffset),
            Is.EqualTo(new[] { 0, 3_000_000_000, 6_000_000_000, 6_000_000_001 }));
        Assert.That(CleanedLog.Clean(log), Is.True);
        Assert.That(CommittedView.Of(log), Is.EquivalentTo(before));
    }

    private static void Append(PartitionLog log, int valueBytes, ReadOnlySpan<byte> key = default)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, key.IsEmpty ? "k"u8 : key, new byte[valueBytes]);
        Assert.That(log.AppendAsLeader(builder.Build().ToArray(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    /// <summary>A transaction of one tombstone.</summary>
    private static void AppendTransaction(PartitionLog log, int sequence, bool commits, ReadOnlySpan<byte> key)
    {
        using var builder = new RecordBatchBuilder(
            new RecordBatchOptions { ProducerId = 9, ProducerEpoch = 0, BaseSequence = sequence, IsTransactional = true });
        builder.Append(1, key, default, hasValue: false);
        Assert.That(log.AppendAsLeader(builder.Build().ToArray(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        var type = commits ? Protocol.Records.ControlRecordType.Commit : Protocol.Records.ControlRecordType.Abort;
        var marker = ControlRecords.EndTransactionBatch(new EndTransactionMarker(type, 0), 0, 1, 9, 0, 0);
        Assert.That(
            log.AppendAsLeader(marker, 0, Protocol.Records.Validation.AppendOrigin.Coordinator).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    private static void Clean(PartitionLog log, int mapBytes)
    {
        using var never = new CancellationTokenSource();
        var cleanable = CleanableLog.Of(log, log.Options.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var limits = new CleaningLimits(mapBytes, 0.9, 4096, new CleanerThrottle(log.Options.Time, never.Token));
        Assert.That(new LogCleaning(cleanable, limits, new KeyHasher(new Random(1)), () => false).Run(), Is.Not.Null);
    }

    /// <summary>Fills the active segment, so that it can be compacted.</summary>
    private static void AppendSegment(PartitionLog log)
    {
        for (var segments = log.Segments.Count; log.Segments.Count == segments;)
            Append(log, 200, "z"u8);
        log.UpdateHighWatermark(log.LogEndOffset);
    }

    private void Once(FileOperation operation, string path, Action action, int time = 1) => _during = (current, file) =>
    {
        if (current != operation || !file.EndsWith(path, StringComparison.Ordinal) || --time > 0)
            return;
        _during = null;
        action();
    };

    private IEnumerable<string> Leftovers() => _files.EnumerateFiles(CleanedLog.Folder)
        .Where(file => file.EndsWith(".cleaned", StringComparison.Ordinal) || file.EndsWith(".swap", StringComparison.Ordinal));
}
