using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Tests.Logs;

[TestFixture(true)]
[TestFixture(false)]
public sealed class PartitionLogTests(bool onDisk)
{
    private static readonly (string, string)[] SmallSegments =
        [("internal.segment.bytes", "2000"), ("index.interval.bytes", "300"), ("file.delete.delay.ms", "1000")];

    [Test]
    public void Appended_batches_get_offsets_and_are_read()
    {
        using var test = new TestLog(onDisk);
        var first = test.Append(records: 3, epoch: 5, timestamp: 1000);
        var second = test.Append(records: 2, epoch: 6, timestamp: 7000);
        Assert.That((first.FirstOffset, first.LastOffset, first.LogAppendTime), Is.EqualTo((0, 2, -1)));
        Assert.That((second.FirstOffset, second.LastOffset, second.MaxTimestamp), Is.EqualTo((3, 4, 7001)));
        Assert.That(test.Log.LogEndOffset, Is.EqualTo(5));
        Assert.That(test.ReadBatches(), Is.EqualTo(new[] { (0L, 2L), (3L, 4L) }));
        Assert.That(test.ReadBatches(1), Is.EqualTo(new[] { (0L, 2L), (3L, 4L) }), "from the batch that holds the offset");
        Assert.That(test.Log.EpochEntries, Is.EqualTo(new[] { new EpochEntry(5, 0), new EpochEntry(6, 3) }));
        Assert.That(test.Log.EndOffsetForEpoch(5), Is.EqualTo(new OffsetAndEpoch(3, 5)));
        Assert.That(test.Log.EndOffsetForEpoch(6), Is.EqualTo(new OffsetAndEpoch(5, 6)));
        Assert.That(test.Log.OffsetForTimestamp(7000), Is.EqualTo(new OffsetLookup(7000, 3, 6)));
        Assert.That(test.Log.OffsetForTimestamp(OffsetLookup.MaxTimestamp), Is.EqualTo(new OffsetLookup(7001, 4, 6)));
    }

    [Test]
    public void A_leader_of_an_epoch_before_appends_no_more_where_the_next_has_begun()
    {
        using var test = new TestLog(onDisk);
        test.Append(epoch: 3);
        test.Log.AssignEpochStartOffset(4);
        Assert.That(test.Append(epoch: 3).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That(test.Append(epoch: 4).FirstOffset, Is.EqualTo(1));
        Assert.That(test.Log.EpochEntries, Is.EqualTo(new[] { new EpochEntry(3, 0), new EpochEntry(4, 1) }));
    }

    [Test]
    public void Reads_see_as_far_as_their_isolation()
    {
        using var test = new TestLog(onDisk);
        test.Append(records: 2);
        test.Append(options: TestLog.Producer(9, 0, 0, transactional: true));
        test.Append(records: 2);
        Assert.That(test.ReadBatches(isolation: FetchIsolation.HighWatermark), Is.Empty);
        Assert.That(test.Log.UpdateHighWatermark(99), Is.EqualTo(5), "bounded by the log end");
        Assert.That(test.Log.LastStableOffset, Is.EqualTo(2));
        Assert.That(test.ReadBatches(isolation: FetchIsolation.HighWatermark), Has.Count.EqualTo(3));
        Assert.That(test.ReadBatches(isolation: FetchIsolation.TransactionCommitted), Is.EqualTo(new[] { (0L, 1L) }));
        test.EndTransaction(9, 0, commit: false);
        Assert.That(test.Log.LastStableOffset, Is.EqualTo(2), "the marker is not below the high watermark yet");
        test.Log.UpdateHighWatermark(test.Log.LogEndOffset);
        Assert.That(test.Log.LastStableOffset, Is.EqualTo(6));
        using var read = test.Log.Read(0, 1 << 20, FetchIsolation.TransactionCommitted, true);
        Assert.That(read.AbortedTransactions, Is.EqualTo(new[] { new AbortedTransaction(9, 2, 5, 6) }));
        using var nothing = test.Log.Read(0, 0, FetchIsolation.TransactionCommitted, false);
        Assert.That(nothing.Records.IsEmpty);
        Assert.That(nothing.AbortedTransactions, Is.EqualTo(read.AbortedTransactions), "also where no byte may be read, as in Kafka");
        Assert.That(test.Log.Producers.HasOngoingTransaction(9, 0), Is.False);
    }

    [Test]
    public void Reads_outside_the_log_are_out_of_range()
    {
        using var test = new TestLog(onDisk);
        test.Append(records: 10, timestamp: 1000);
        test.Log.UpdateHighWatermark(8);
        Assert.That(test.Log.IncrementLogStartOffset(9), Is.EqualTo(ErrorCode.OffsetOutOfRange));
        Assert.That(test.Log.IncrementLogStartOffset(5), Is.EqualTo(ErrorCode.None));
        Assert.That(test.Log.LogStartOffset, Is.EqualTo(5));
        Assert.That(Read(4).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        Assert.That(Read(11).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        Assert.That((Read(10).ErrorCode, Read(10).Records.Length), Is.EqualTo((ErrorCode.None, 0)));
        Assert.That(test.Log.OffsetForTimestamp(0), Is.EqualTo(new OffsetLookup(1005, 5, 0)));

        LogReadInfo Read(long offset) => test.Log.Read(offset, 1 << 20, FetchIsolation.LogEnd, true);
    }

    [Test]
    public void A_read_gives_what_fits_and_the_first_batch_whole_if_asked()
    {
        using var test = new TestLog(onDisk);
        test.Append(valueSize: 1000);
        using var cut = test.Log.Read(0, 100, FetchIsolation.LogEnd, minOneMessage: false);
        using var whole = test.Log.Read(0, 100, FetchIsolation.LogEnd, minOneMessage: true);
        Assert.That(cut.Records.Length, Is.EqualTo(100));
        Assert.That(whole.Records.Length, Is.EqualTo(test.Log.Size));
    }

    [Test]
    public void A_duplicate_returns_the_original_offset_and_gaps_are_refused()
    {
        using var test = new TestLog(onDisk);
        test.Append(records: 2, options: TestLog.Producer(1, 0, 0));
        var original = test.Append(records: 3, options: TestLog.Producer(1, 0, 2));
        test.Append();
        var again = test.Append(records: 3, options: TestLog.Producer(1, 0, 2));
        var gap = test.Append(options: TestLog.Producer(1, 0, 9));
        test.Append(options: TestLog.Producer(1, 1, 0));
        var fenced = test.Append(options: TestLog.Producer(1, 0, 5));
        Assert.That((again.IsDuplicate, again.FirstOffset, again.LastOffset, again.SizeInBytes), Is.EqualTo(
            (true, original.FirstOffset, original.LastOffset, 0)));
        Assert.That(gap.ErrorCode, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber));
        Assert.That(fenced.ErrorCode, Is.EqualTo(ErrorCode.InvalidProducerEpoch));
        Assert.That(test.Log.LogEndOffset, Is.EqualTo(7));
    }

    [Test]
    public void Batches_that_are_too_large_or_broken_are_refused_and_leave_the_log_as_it_was()
    {
        using var test = new TestLog(onDisk, ("max.message.bytes", "5000"), ("internal.segment.bytes", "3000"));
        var broken = TestLog.Batch();
        broken[^1] ^= 1;
        Assert.That(test.Append(valueSize: 6000).ErrorCode, Is.EqualTo(ErrorCode.MessageTooLarge));
        Assert.That(test.Append(valueSize: 4000).ErrorCode, Is.EqualTo(ErrorCode.RecordListTooLarge));
        Assert.That(test.Log.AppendAsLeader(broken, 0).ErrorCode, Is.EqualTo(ErrorCode.CorruptMessage));
        Assert.That(test.Log.AppendAsLeader(default, 0).FirstOffset, Is.EqualTo(-1));
        Assert.That((test.Log.LogEndOffset, test.Log.Size), Is.EqualTo((0, 0)));
    }

    [Test]
    public void The_log_rolls_by_size_and_reads_cross_segments()
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 50; i++)
            test.Append(timestamp: i * 10);
        Assert.That(test.Log.Segments.Count, Is.GreaterThan(3));
        Assert.That(test.ReadBatches(), Is.EqualTo(Enumerable.Range(0, 50).Select(i => ((long)i, (long)i))));
        for (var i = 0; i < 50; i++)
            Assert.That(test.Log.OffsetForTimestamp(Math.Max(0, i * 10 - 5)).Offset, Is.EqualTo(i));
        Assert.That(test.Log.RecoveryPoint, Is.EqualTo(test.Log.Segments.Active.BaseOffset), "a roll flushes what is before it");
    }

    [Test]
    public void Segments_that_wait_for_deletion_are_deleted_in_the_renamed_folder()
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 40; i++)
            test.Append(options: TestLog.Producer(1, 0, i));
        test.Log.TruncateTo(5);
        Assert.That(Names(test), Has.Some.EndsWith(".deleted"));
        test.Log.RenameDirectory(test.Folder["t-0.abc-stray"]);
        test.Time.Advance(TimeSpan.FromMinutes(1));
        var left = test.Folder.Files.EnumerateFiles(test.Folder["t-0.abc-stray"]);
        Assert.That(left, Has.None.EndsWith(".deleted"));
        Assert.That(left, Has.Some.EndsWith(".log"));
        Assert.That(test.ReadBatches(), Has.Count.EqualTo(5));
    }

    // With a queue of due times by the wall clock, a clock set back by a month kept the files for a month.
    [TestCase(-30)]
    [TestCase(30)]
    public void Segments_are_deleted_after_the_delay_though_the_wall_clock_is_set(int days)
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 40; i++)
            test.Append();
        test.Log.UpdateHighWatermark(40);
        test.Log.IncrementLogStartOffset(40);
        test.Log.DeleteOldSegments();
        Assert.That(Names(test), Has.Some.EndsWith(".deleted"));
        test.Time.StepWallClock(TimeSpan.FromDays(days));
        test.Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.That(Names(test), Has.Some.EndsWith(".deleted"));
        test.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(Names(test), Has.None.EndsWith(".deleted"));
    }

    [Test]
    public void The_log_rolls_by_time_of_its_records()
    {
        using var test = new TestLog(onDisk, ("segment.ms", "1000"));
        test.Append(timestamp: 5000);
        test.Append(timestamp: 6000);
        Assert.That(test.Log.Segments.Count, Is.EqualTo(1));
        test.Append(timestamp: 6001);
        Assert.That(test.Log.Segments.Count, Is.EqualTo(2));
    }

    [Test]
    public void Truncation_ends_the_log_and_what_is_borrowed_stays()
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 40; i++)
            test.Append(epoch: i / 10, options: TestLog.Producer(1, 0, i));
        test.Log.UpdateHighWatermark(40);
        using var held = test.Log.Read(12, 1 << 20, FetchIsolation.LogEnd, true);
        var bytes = held.Records.ToArray();
        Assert.That(test.Log.TruncateTo(40), Is.False);
        Assert.That(test.Log.TruncateTo(15), Is.True);
        Assert.That((test.Log.LogEndOffset, test.Log.HighWatermark, test.Log.RecoveryPoint), Is.EqualTo(
            (15, 15, Math.Min(15, test.Log.RecoveryPoint))));
        Assert.That(test.Log.LatestEpoch, Is.EqualTo(1));
        Assert.That(test.Append(epoch: 1, options: TestLog.Producer(1, 0, 15)).FirstOffset, Is.EqualTo(15),
            "the producer state went back too");
        Assert.That(test.ReadBatches(), Is.EqualTo(Enumerable.Range(0, 16).Select(i => ((long)i, (long)i))));
        Assert.That(held.Records.Span.SequenceEqual(bytes));
        test.Log.TruncateFullyAndStartAt(100);
        Assert.That((test.Log.LogStartOffset, test.Log.LogEndOffset, test.Log.HighWatermark), Is.EqualTo((100, 100, 100)));
        Assert.That(test.Append().FirstOffset, Is.EqualTo(100));
    }

    [Test]
    public void Followers_append_what_they_are_given()
    {
        using var leader = new TestLog(onDisk);
        using var follower = new TestLog(onDisk);
        for (var i = 0; i < 5; i++)
            leader.Append(records: 2, epoch: 3);
        using var read = leader.Log.Read(0, 1 << 20, FetchIsolation.LogEnd, true);
        var cut = read.Records[..^10];
        Assert.That(follower.Log.AppendAsFollower(cut, 3).LastOffset, Is.EqualTo(7), "a cut-off batch is left");
        Assert.That(follower.Log.AppendAsFollower(read.Records, 3).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        using var rest = leader.Log.Read(8, 1 << 20, FetchIsolation.LogEnd, true);
        Assert.That(follower.Log.AppendAsFollower(rest.Records, 2).LastOffset, Is.EqualTo(-1), "what is of a later epoch is left");
        Assert.That(follower.Log.AppendAsFollower(rest.Records, 3).LastOffset, Is.EqualTo(9));
        Assert.That(follower.ReadBatches(), Is.EqualTo(leader.ReadBatches()));
        Assert.That(follower.Log.LatestEpoch, Is.EqualTo(3));
    }

    [Test]
    public void Retention_deletes_by_start_offset_size_and_time_below_the_high_watermark()
    {
        using var test = new TestLog(onDisk, [.. SmallSegments, ("retention.ms", "10000")]);
        for (var i = 0; i < 40; i++)
            test.Append(timestamp: test.NowMs);
        var segments = test.Log.Segments.Count;
        var second = test.Log.Segments.All[1].BaseOffset;
        test.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.That(test.Log.DeleteOldSegments(), Is.Zero, "nothing lies below the high watermark");
        test.Log.UpdateHighWatermark(second);
        test.Log.IncrementLogStartOffset(second);
        test.Log.Config = LogConfig.From(new Dictionary<string, string>(), SmallSegments.ToDictionary());
        Assert.That(test.Log.DeleteOldSegments(), Is.EqualTo(1));
        Assert.That(Names(test).Count(n => n.EndsWith(".log.deleted", StringComparison.Ordinal)), Is.EqualTo(1));
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Names(test).Count(n => n.EndsWith(".deleted", StringComparison.Ordinal)), Is.Zero);

        test.Log.UpdateHighWatermark(40);
        test.Log.Config = LogConfig.From(
            new Dictionary<string, string>(), new Dictionary<string, string>(
                SmallSegments.ToDictionary()) { ["retention.bytes"] = "3000" });
        Assert.That(test.Log.DeleteOldSegments(), Is.GreaterThan(0));
        Assert.That(test.Log.Size, Is.InRange(3000, 5000));

        test.Log.Config = test.Config;
        Assert.That(test.Log.DeleteOldSegments(), Is.GreaterThan(0));
        Assert.That((test.Log.LogStartOffset, test.Log.LogEndOffset, test.Log.Size), Is.EqualTo((40, 40, 0)),
            "an empty segment goes on at the end");
        Assert.That(segments, Is.GreaterThan(3));
    }

    [Test]
    public void A_clean_stop_is_opened_as_it_was()
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 40; i++)
            test.Append(options: TestLog.Producer(1, 0, i));
        var index = Indexes(test.Log);
        var log = test.Reopen(cleanShutdown: true);
        Assert.That((log.LogEndOffset, log.RecoveryPoint), Is.EqualTo((40, 40)));
        Assert.That(Indexes(log).Select(s => s.Offsets), Is.EqualTo(index.Select(s => s.Offsets)));
        Assert.That(test.ReadBatches(), Has.Count.EqualTo(40));
        Assert.That(test.Append(options: TestLog.Producer(1, 0, 39)).IsDuplicate);
    }

    [Test]
    public void Recovery_believes_the_batches_where_the_epochs_were_saved_before_a_truncation()
    {
        using var test = new TestLog(onDisk);
        for (var i = 0; i < 10; i++)
            test.Append(epoch: i < 6 ? 4 : 5);
        test.Log.Flush();
        test.Log.TruncateTo(6);
        test.Append(records: 3, epoch: 4);
        test.Append(epoch: 6);
        var log = test.Reopen(cleanShutdown: false, recoveryPoint: 6);
        Assert.That(log.EpochEntries, Is.EqualTo(new[] { new EpochEntry(4, 0), new EpochEntry(6, 9) }));
    }

    [Test]
    public void A_crash_is_recovered_with_all_that_was_written()
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 40; i++)
            test.Append(timestamp: test.NowMs - 100 + i, epoch: i / 20, options: TestLog.Producer(1, 0, i, transactional: true));
        test.EndTransaction(1, 0, commit: false);
        test.Append(epoch: 1, options: TestLog.Producer(2, 0, 0));
        var log = test.Reopen(cleanShutdown: false);
        Assert.That(log.LogEndOffset, Is.EqualTo(42));
        Assert.That(test.ReadBatches(), Has.Count.EqualTo(42));
        Assert.That(log.AbortedTransactions(0, 100), Is.EqualTo(new[] { new AbortedTransaction(1, 0, 40, 41) }));
        Assert.That(test.Append(epoch: 1, options: TestLog.Producer(2, 0, 0)).IsDuplicate);
        for (var i = 0; i < 40; i++)
            Assert.That(log.OffsetForTimestamp(test.NowMs - 100 + i).Offset, Is.EqualTo(i));
    }

    [TestCase(1)]
    [TestCase(60)]
    [TestCase(150)]
    public void Recovery_cuts_a_torn_tail_and_what_follows_it(int keptOfLastBatch)
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 40; i++)
            test.Append();
        var torn = test.Log.Segments.All[1];
        var (path, size) = (torn.LogPath, torn.Size);
        var end = test.Log.Segments.All[2].BaseOffset - 1;
        test.Log.CloseAbruptly();
        using (var file = test.Folder.Files.OpenFile(path, StorageFileMode.Open))
            file.SetLength(size - TestLog.Batch().Length + keptOfLastBatch);
        var log = test.Reopen(cleanShutdown: false);
        Assert.That(log.LogEndOffset, Is.EqualTo(end));
        Assert.That(test.Append().FirstOffset, Is.EqualTo(log.LogEndOffset - 1));
        Assert.That(test.ReadBatches().Select(b => b.First), Is.EqualTo(Enumerable.Range(0, (int)log.LogEndOffset)));
    }

    [Test]
    public void Recovery_cuts_at_the_first_flipped_bit()
    {
        using var test = new TestLog(onDisk);
        for (var i = 0; i < 10; i++)
            test.Append();
        var size = TestLog.Batch().Length;
        var path = test.Log.Segments.Active.LogPath;
        test.Log.CloseAbruptly();
        using (var file = test.Folder.Files.OpenFile(path, StorageFileMode.Open))
        {
            var flipped = new byte[1];
            file.Read(size * 6 + 100, flipped);
            flipped[0] ^= 4;
            file.Write(size * 6 + 100, flipped);
        }
        Assert.That(test.Reopen(cleanShutdown: false).LogEndOffset, Is.EqualTo(6));
    }

    [TestCase(".index")]
    [TestCase(".timeindex")]
    public void An_index_that_is_missing_or_corrupt_is_made_again(string kind)
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 40; i++)
            test.Append(timestamp: i);
        test.Log.Dispose();
        var before = Indexes(test.Reopen(cleanShutdown: true));
        test.Log.Dispose();
        var paths = test.Folder.Files.EnumerateFiles(test.Directory).Where(p => p.EndsWith(kind, StringComparison.Ordinal)).Order()
            .ToArray();
        test.Folder.Files.DeleteFile(paths[0]);
        test.Folder.Files.WriteAtomically(paths[1], new byte[] { 1, 2, 3 });
        var log = test.Reopen(cleanShutdown: true);
        Assert.That(Indexes(log).Select(i => i.Times), Is.EqualTo(before.Select(i => i.Times)));
        Assert.That(Indexes(log).Select(i => i.Offsets), Is.EqualTo(before.Select(i => i.Offsets)));
        Assert.That(test.ReadBatches(), Has.Count.EqualTo(40));
    }

    [Test]
    public void Leftovers_of_deletion_and_of_the_cleaner_are_cleared_and_swaps_completed()
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 40; i++)
            test.Append();
        var files = test.Folder.Files;
        var all = test.Log.Segments.Snapshot;
        var swapped = files.ReadAllBytes(all[1].LogPath);
        test.Log.Dispose();
        files.WriteAtomically(Path.Combine(test.Directory, "00000000000000000003.log.deleted"), swapped);
        files.WriteAtomically(Path.Combine(test.Directory, "00000000000000000000.log.truncated"), swapped);
        files.WriteAtomically(LogFileNames.Log(test.Directory, all[3].BaseOffset, ".cleaned"), swapped);
        files.WriteAtomically(LogFileNames.Log(test.Directory, all[1].BaseOffset, ".swap"), swapped.AsSpan(0, TestLog.Batch().Length));
        test.Reopen(cleanShutdown: true);
        Assert.That(Names(test)
            .Where(n => n.EndsWith(".swap", StringComparison.Ordinal) || n.EndsWith(".cleaned", StringComparison.Ordinal)
                || n.EndsWith(".deleted", StringComparison.Ordinal) || n.EndsWith(".truncated", StringComparison.Ordinal)), Is.Empty);
        Assert.That(test.Log.Segments.All[1].Size, Is.EqualTo(TestLog.Batch().Length), "the swapped segment is the one that counts");
        Assert.That(test.Log.LogEndOffset, Is.EqualTo(40));
    }

    [Test]
    public void Cleaned_segments_take_the_place_of_the_old_while_readers_go_on()
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 40; i++)
            test.Append();
        var old = test.Log.Segments.Snapshot[..2];
        using var held = test.Log.Read(0, 1 << 20, FetchIsolation.LogEnd, true);
        var before = held.Records.ToArray();
        var cleaned = LogSegment.Create(
            test.Folder.Files, test.Directory, 0, test.Config, test.Time, 0, LogFileNames.CleanedSuffix);
        cleaned.Append(TestLog.Batch(baseOffset: 7), 7);
        cleaned.OnBecomeInactive();
        cleaned.Flush();
        var next = test.Log.Segments.All[2].BaseOffset;
        Assert.That(test.Log.Cleaning.TryReplace(test.Log.Cleaning.Begin(), [cleaned], old), Is.True);
        Assert.That(test.ReadBatches()[..2], Is.EqualTo(new[] { (7L, 7L), (next, next) }));
        Assert.That(held.Records.Span.SequenceEqual(before));
        Assert.That(Names(test).Where(n => n.EndsWith(".log.deleted", StringComparison.Ordinal)).Count(), Is.EqualTo(2));
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Names(test).Where(n => n.Contains("deleted") || n.Contains("swap") || n.Contains("cleaned")), Is.Empty);
        test.Reopen(cleanShutdown: true);
        Assert.That(test.ReadBatches()[..2], Is.EqualTo(new[] { (7L, 7L), (next, next) }));
    }

    [Test]
    public void Flush_moves_the_recovery_point_and_renaming_keeps_readers()
    {
        using var test = new TestLog(onDisk, SmallSegments);
        for (var i = 0; i < 20; i++)
            test.Append();
        test.Log.Flush(15);
        Assert.That(test.Log.RecoveryPoint, Is.EqualTo(15));
        test.Log.RenameDirectory(test.Folder["t-0.abc-delete"]);
        Assert.That(test.ReadBatches(), Has.Count.EqualTo(20));
        test.Append();
        test.Log.Flush();
        Assert.That(test.Log.RecoveryPoint, Is.EqualTo(21));
        test.Log.Delete();
        Assert.That(test.Folder.Files.EnumerateDirectories(test.Folder.Path), Is.Empty);
        Assert.That(test.Log.Read(0, 100, FetchIsolation.LogEnd, true).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(test.Append().ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
    }

    [Test]
    public void A_high_watermark_does_not_go_back_by_an_increment()
    {
        using var test = new TestLog(onDisk);
        test.Append();
        Assert.That(test.Log.MaybeIncrementHighWatermark(new LogOffsetMetadata(1)), Is.Not.Null);
        Assert.That(test.Log.MaybeIncrementHighWatermark(new LogOffsetMetadata(0)), Is.Null);
        Assert.That(test.Log.HighWatermark, Is.EqualTo(1));
    }

    [Test]
    public void Readers_see_whole_batches_while_appends_truncations_and_rolls_go_on()
    {
        using var test = new TestLog(onDisk, SmallSegments);
        using var done = new CancellationTokenSource();
        for (var i = 0; i < 100; i++)
            test.Append(records: 1 + i % 3);
        var log = test.Log;
        var readers = Enumerable.Range(0, 2).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            var reads = 0;
            while (!done.IsCancellationRequested)
            {
                using var read = log.Read(random.Next(0, 200), 1 << 20, FetchIsolation.LogEnd, true);
                if (read.ErrorCode == ErrorCode.OffsetOutOfRange)
                    continue;
                var consumed = 0;
                foreach (var batch in new RecordBatchReader(read.Records.Span))
                {
                    batch.EnsureValid();
                    consumed += batch.SizeInBytes;
                }
                if (consumed != read.Records.Length)
                    throw new InvalidOperationException("A read ended within a batch");
                reads++;
            }
            return reads;
        })).ToArray();
        var writer = new Random(3);
        for (var round = 0; round < 12; round++)
        {
            log.TruncateTo(writer.Next(20, 150));
            while (log.LogEndOffset < 180)
                test.Append(records: 1 + round % 4, valueSize: 20 + round * 3);
        }
        done.Cancel();
        Assert.That(() => Task.WaitAll(readers), Throws.Nothing);
    }

    private static string[] Names(TestLog test) =>
        [.. test.Folder.Files.EnumerateFiles(test.Directory).Select(p => Path.GetFileName(p)!)];

    private static (string Offsets, string Times)[] Indexes(PartitionLog log) =>
    [
        .. log.Segments.Snapshot.Select(s => (
            string.Join(' ', Enumerable.Range(0, s.OffsetIndex.EntryCount).Select(i => s.OffsetIndex.Entry(i))),
            string.Join(' ', Enumerable.Range(0, s.TimeIndex.EntryCount).Select(i => s.TimeIndex.Entry(i))))),
    ];
}
