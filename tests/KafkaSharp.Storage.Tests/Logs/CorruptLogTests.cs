using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>Corruption of data that was once complete: readers never skip it silently, and the log still opens.</summary>
public sealed class CorruptLogTests
{
    private static readonly int BatchSize = TestLog.Batch().Length;

    [Test]
    public void A_broken_batch_header_is_reported_to_a_reader_that_reaches_it()
    {
        using var test = new TestLog(onDisk: true, ("internal.segment.bytes", "2000"));
        for (var i = 0; i < 40; i++)
            test.Append(timestamp: 1000 + i, options: TestLog.Producer(1, 0, i));
        var first = test.Log.Segments.First;
        Assert.That(test.Log.Segments.Count, Is.GreaterThan(2));
        test.Log.Dispose();
        // The length of the fourth batch.
        test.Overwrite(first.LogPath, BatchSize * 3 + 8, 0, 0, 0, 1);
        var log = test.Reopen(cleanShutdown: true);
        Assert.That(Read(2).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(Read(3).ErrorCode, Is.EqualTo(ErrorCode.CorruptMessage));
        Assert.That(Read(5).ErrorCode, Is.EqualTo(ErrorCode.CorruptMessage));
        Assert.That(Read(log.Segments.All[1].BaseOffset).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(log.OffsetForTimestamp(1002), Is.EqualTo(new OffsetLookup(1002, 2, 0)));
        Assert.That(log.OffsetForTimestamp(1005), Is.EqualTo(OffsetLookup.None with { ErrorCode = ErrorCode.CorruptMessage }));
        Assert.That(test.Logger.Warnings, Has.Some.Contains("A request to read t-0 got CORRUPT_MESSAGE"));
        Assert.That(() => log.TruncateTo(5), Throws.InstanceOf<IOException>());

        LogReadInfo Read(long offset)
        {
            using var read = log.Read(offset, 100, FetchIsolation.LogEnd, true);
            return read;
        }
    }

    [Test]
    public void A_batch_that_is_not_whole_ends_the_replay_of_producers_aloud()
    {
        using var test = new TestLog(onDisk: true, ("internal.segment.bytes", "2000"));
        for (var i = 0; i < 40; i++)
            test.Append(options: TestLog.Producer(1, 0, i));
        var middle = test.Log.Segments.All[1];
        test.Log.Dispose();
        foreach (var snapshot in test.Folder.Files.EnumerateFiles(test.Directory)
            .Where(path => path.EndsWith(".snapshot", StringComparison.Ordinal)))
            test.Folder.Files.DeleteFile(snapshot);
        test.Overwrite(middle.LogPath, BatchSize * 2 + 16, 99);
        var log = test.Reopen(cleanShutdown: false, recoveryPoint: 40);
        Assert.That(test.Logger.Warnings, Has.Some.Contains($"from only a part of {middle.LogPath}"));
        Assert.That(log.LogEndOffset, Is.EqualTo(40));
        Assert.That(test.Append(options: TestLog.Producer(1, 0, 40)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void A_log_that_was_left_in_order_and_does_not_end_whole_is_cut()
    {
        using var test = new TestLog();
        for (var i = 0; i < 10; i++)
            test.Append();
        var path = test.Log.Segments.Active.LogPath;
        test.Log.Dispose();
        test.Overwrite(path, BatchSize * 7 + 16, 99);
        Assert.That(test.Reopen(cleanShutdown: true).LogEndOffset, Is.EqualTo(7));
        Assert.That(test.Append().FirstOffset, Is.EqualTo(7));
        Assert.That(test.ReadBatches(), Has.Count.EqualTo(8));
    }

    [TestCase(1)]
    [TestCase(-9)]
    public void Recovery_cuts_at_a_base_offset_that_does_not_follow(long baseOffset)
    {
        // An index entry for each batch: none may be asked to go back.
        using var test = new TestLog(onDisk: true, ("index.interval.bytes", "0"));
        for (var i = 0; i < 10; i++)
            test.Append();
        var path = test.Log.Segments.Active.LogPath;
        test.Log.CloseAbruptly();
        Span<byte> bytes = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, baseOffset);
        test.Overwrite(path, BatchSize * 6, bytes);
        Assert.That(test.Reopen(cleanShutdown: false).LogEndOffset, Is.EqualTo(6));
    }

    /// <summary>
    /// A power failure may bring back a segment that a truncation removed, if the folder was not flushed since. It is recognized by its
    /// offsets, or by its epoch if it happens to begin where the log ends.
    /// </summary>
    [TestCase(1, 2)]
    [TestCase(1, 1)]
    [TestCase(3, 3)]
    public void Recovery_removes_a_segment_that_does_not_continue_the_log(int removed, int appended)
    {
        using var test = new TestLog(onDisk: true, ("internal.segment.bytes", "2000"));
        while (test.Log.Segments.Count < 3)
            test.Append();
        var second = test.Log.Segments.All[1];
        var (path, old) = (second.LogPath, File.ReadAllBytes(second.LogPath));
        test.Log.TruncateTo(second.BaseOffset - removed);
        for (var i = 0; i < appended; i++)
            test.Append(valueSize: appended > removed ? 1 : 100, epoch: 1);
        var end = test.Log.LogEndOffset;
        Assert.That((test.Log.Segments.Count, end >= second.BaseOffset), Is.EqualTo((1, true)));
        test.Log.CloseAbruptly();
        File.WriteAllBytes(path, old);

        var log = test.Reopen(cleanShutdown: false);

        Assert.That(log.LogEndOffset, Is.EqualTo(end));
        Assert.That(log.EpochEntries.Select(entry => entry.Epoch), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(test.ReadBatches(), Is.EqualTo(Enumerable.Range(0, (int)end).Select(i => ((long)i, (long)i))));
    }

    /// <summary>
    /// A file has its old sectors after the new ones if the power fails before the cut and what was written after it are flushed.
    /// </summary>
    [TestCase(0, 6)]
    [TestCase(5, 6)]
    [TestCase(9, 9)]
    public void Recovery_removes_batches_that_had_been_cut_off(int recoveryPoint, int end)
    {
        using var test = new TestLog(onDisk: true);
        for (var i = 0; i < 9; i++)
            test.Append();
        var path = test.Log.Segments.Active.LogPath;
        var old = File.ReadAllBytes(path);
        test.Log.TruncateTo(4);
        for (var i = 4; i < 6; i++)
            test.Append(epoch: 1);
        test.Log.CloseAbruptly();
        using (var file = File.OpenWrite(path))
        {
            file.Seek(0, SeekOrigin.End);
            file.Write(old.AsSpan((int)file.Position));
        }

        var log = test.Reopen(cleanShutdown: false, recoveryPoint);

        Assert.That(log.LogEndOffset, Is.EqualTo(end));
        Assert.That(end > 6 || log.EpochForOffset(4) == 1);
    }

    [TestCase(true, 3)]
    [TestCase(false, 21)]
    public void A_gap_between_segments_ends_a_log_that_is_never_compacted(bool hasNoGaps, int end)
    {
        using var test = new TestLog(onDisk: true, ("internal.segment.bytes", "2000"));
        for (var i = 0; i < 21; i++)
            test.Append();
        var (path, options) = (test.Log.Segments.First.LogPath, test.Log.Options);
        test.Log.CloseAbruptly();
        using (var file = File.OpenWrite(path))
            file.SetLength(3 * BatchSize);

        using var log = PartitionLog.Open(options with { HadCleanShutdown = false, HasNoGaps = hasNoGaps });

        Assert.That(log.LogEndOffset, Is.EqualTo(end));
    }

    [Test]
    public void An_index_that_continues_after_the_end_of_the_log_is_rebuilt()
    {
        using var test = new TestLog(onDisk: true, ("index.interval.bytes", "0"));
        for (var i = 0; i < 10; i++)
            test.Append();
        var path = test.Log.Segments.Active.OffsetIndex.Path;
        test.Log.Dispose();
        // The last entry: offset 99 instead of 9, at its position.
        test.Overwrite(path, new FileInfo(path).Length - 8, 0, 0, 0, 99);
        Assert.That(test.Reopen(cleanShutdown: true).LogEndOffset, Is.EqualTo(10));
        for (var i = 10; i < 15; i++)
            Assert.That(test.Append().FirstOffset, Is.EqualTo(i));
        Assert.That(test.ReadBatches(), Has.Count.EqualTo(15));
    }

    [Test]
    public void Recovery_keeps_a_whole_batch_that_only_the_producer_state_refuses()
    {
        using var test = new TestLog();
        test.Append(options: TestLog.Producer(1, 0, 0, transactional: true));
        var path = test.Log.Segments.Active.LogPath;
        test.Log.CloseAbruptly();
        // Not transactional, although the transaction of the producer is open.
        test.Overwrite(path, BatchSize, TestLog.Batch(baseOffset: 1, options: TestLog.Producer(1, 0, 1)));
        test.Overwrite(path, BatchSize * 2, TestLog.Batch(baseOffset: 2, options: TestLog.Producer(2, 0, 0)));

        test.Reopen(cleanShutdown: false);

        Assert.That(test.ReadBatches(), Is.EqualTo(new[] { (0L, 0L), (1L, 1L), (2L, 2L) }));
        Assert.That(test.Logger.Warnings.Single(), Does.Contain("A batch of t-0 at offset 1 contradicts the state of its producer"));
        Assert.That(test.Append(options: TestLog.Producer(2, 0, 1)).FirstOffset, Is.EqualTo(3), "later producers are known");
    }

    [Test]
    public void Recovery_reads_batches_of_any_size_and_maps_none()
    {
        using var test = new TestLog(onDisk: true, ("max.message.bytes", "4000000"));
        int[] sizes = [10, 100_000, 300_000, 5, 262_080, 262_144, 1_500_000, 90_000, 90_000, 90_000, 90_000, 3_000_000, 1];
        foreach (var size in sizes)
            test.Append(valueSize: size);
        var path = test.Log.Segments.Active.LogPath;
        var log = test.Reopen(cleanShutdown: false);
        Assert.That(log.LogEndOffset, Is.EqualTo(sizes.Length));
        Assert.That(log.OffsetForTimestamp(OffsetLookup.MaxTimestamp).Offset, Is.Zero);
        if (OperatingSystem.IsLinux())
            Assert.That(File.ReadAllText("/proc/self/maps"), Does.Not.Contain(path));
        Assert.That(test.ReadBatches(), Has.Count.EqualTo(sizes.Length));
    }

    [Test]
    public void A_closed_log_has_nothing_to_flush()
    {
        using var test = new TestLog();
        test.Append();
        test.Log.CloseAbruptly();
        Assert.That(() => test.Log.Flush(), Throws.Nothing);
        Assert.That(test.Log.RecoveryPoint, Is.Zero);
        Assert.That(test.Log.OffsetForTimestamp(0).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
    }

    [TestCase(5_000_000_000)]
    [TestCase(long.MaxValue)]
    public void Segments_may_wait_for_deletion_longer_than_a_timer_can(long delayMs)
    {
        using var folder = new FileSystem.TestFolder();
        using var deletion = new SegmentDeletion(
            folder.Files, TimeProvider.System, work => work(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var segment = LogSegment.Create(folder.Files, folder.Path, 0, LogConfig.Default, TimeProvider.System, 0);
        Assert.That(() => deletion.Schedule([segment], [], delayMs), Throws.Nothing);
        Assert.That(folder.Files.EnumerateFiles(folder.Path), Has.Count.EqualTo(1));
        deletion.Dispose();
        Assert.That(folder.Files.EnumerateFiles(folder.Path), Is.Empty);
    }
}
