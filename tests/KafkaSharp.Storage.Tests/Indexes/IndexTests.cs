using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Tests.FileSystem;

namespace KafkaSharp.Storage.Tests.Indexes;

public sealed class IndexTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Lookup_gives_the_last_entry_at_or_below_whether_written_out_or_not()
    {
        using var index = new OffsetIndex(_folder.Files, _folder["x.index"], 100, 80_000);
        for (var i = 1; i <= 2000; i++)
            index.Append(100 + i * 10, i * 1000);
        Assert.That(_folder.Files.GetLength(_folder["x.index"]), Is.GreaterThan(0).And.LessThan(16_000), "some in the file, some not");
        Assert.That(index.Lookup(105), Is.EqualTo(new OffsetPosition(100, 0)));
        Assert.That(index.Lookup(110), Is.EqualTo(new OffsetPosition(110, 1000)));
        for (var i = 1; i <= 2000; i++)
            Assert.That(index.Lookup(100 + i * 10 + i % 10), Is.EqualTo(new OffsetPosition(100 + i * 10, i * 1000)));
        Assert.That(index.Lookup(long.MaxValue), Is.EqualTo(new OffsetPosition(20_100, 2_000_000)));
        Assert.That(index.FetchUpperBoundOffset(0, 1500), Is.EqualTo(120));
        Assert.That(index.FetchUpperBoundOffset(1000, 1000), Is.EqualTo(120));
        Assert.That(index.FetchUpperBoundOffset(1_999_500, 1000), Is.Null);
        index.WriteOut();
        Assert.That(_folder.Files.GetLength(_folder["x.index"]), Is.EqualTo(16_000));
        using var again = new OffsetIndex(_folder.Files, _folder["x.index"], 100, 80_000);
        Assert.That(again.EntryCount, Is.EqualTo(2000));
        Assert.That(again.Lookup(1234), Is.EqualTo(new OffsetPosition(1230, 113_000)));
    }

    [TestCase(1, 0, 1, 2)]
    [TestCase(511, 0, 1, 2)]
    [TestCase(50_000, 0, 1, 2)]
    [TestCase(50_000, 63, 65, 2)]
    [TestCase(50_000, 1, 5000, 9)]
    public void An_index_of_any_shape_is_searched_with_few_reads(int entries, int leastStep, int mostStep, int mostReads)
    {
        var random = new Random(7);
        var reads = 0;
        var files = new FaultyFileSystem(_folder.Files, (operation, _) =>
        {
            reads += operation == FileOperation.Read ? 1 : 0;
            return null;
        });
        using var index = new OffsetIndex(files, _folder["x.index"], 100, entries * OffsetIndex.EntrySize);
        List<OffsetPosition> expected = [new(100, 0)];
        for (var i = 0; i < entries; i++)
        {
            // Steps that grow with the number give an index that no proportion describes: 98 pages, halved 7 times after the first.
            var step = leastStep + 1 + (mostStep < 100 ? random.Next(mostStep) : (int)((long)mostStep * i * i / entries / entries));
            expected.Add(new(expected[^1].Offset + step, (i + 1) * 1000));
            index.Append(expected[^1].Offset, expected[^1].Position);
        }
        index.WriteOut();
        Assert.That(index.EntryCount, Is.EqualTo(entries));
        for (var i = 0; i < expected.Count; i += Math.Max(1, entries / 5000))
        {
            var next = i + 1 < expected.Count ? expected[i + 1].Offset : expected[i].Offset + 50;
            reads = 0;
            Assert.That(index.Lookup(next - 1), Is.EqualTo(expected[i]));
            Assert.That(reads, Is.LessThanOrEqualTo(mostReads));
        }
        Assert.That(index.Lookup(long.MaxValue), Is.EqualTo(expected[^1]));
        Assert.That(index.Lookup(99), Is.EqualTo(expected[0]));
    }

    [TestCase(1)]
    [TestCase(700)]
    [TestCase(1990)]
    public void Truncation_removes_the_offset_and_above(int kept)
    {
        using var offsets = new OffsetIndex(_folder.Files, _folder["x.index"], 0, 80_000);
        using var times = new TimeIndex(_folder.Files, _folder["x.timeindex"], 0, 80_000);
        for (var i = 1; i <= 2000; i++)
        {
            offsets.Append(i * 10, i);
            times.MaybeAppend(i * 5, i * 10);
        }
        offsets.TruncateTo((kept + 1) * 10);
        times.TruncateTo((kept + 1) * 10);
        Assert.That(offsets.LastEntry, Is.EqualTo(new OffsetPosition(kept * 10, kept)));
        Assert.That(times.LastEntry, Is.EqualTo(new TimestampOffset(kept * 5, kept * 10)));
        offsets.TruncateTo(kept * 10 - 5);
        Assert.That(offsets.EntryCount, Is.EqualTo(kept - 1));
        offsets.Append(kept * 10, 7);
        Assert.That(offsets.Lookup(kept * 10), Is.EqualTo(new OffsetPosition(kept * 10, 7)));
    }

    [Test]
    public void A_full_index_takes_no_more_and_a_time_index_keeps_one_place()
    {
        using var offsets = new OffsetIndex(_folder.Files, _folder["x.index"], 0, 20);
        using var times = new TimeIndex(_folder.Files, _folder["x.timeindex"], 0, 40);
        offsets.Append(1, 1);
        times.MaybeAppend(1, 1);
        Assert.That((offsets.IsFull, times.IsFull), Is.EqualTo((false, false)));
        offsets.Append(2, 2);
        times.MaybeAppend(2, 2);
        Assert.That((offsets.IsFull, times.IsFull), Is.EqualTo((true, true)));
        Assert.That(() => offsets.Append(3, 3), Throws.InvalidOperationException);
        Assert.That(() => times.MaybeAppend(3, 3), Throws.InvalidOperationException);
        times.MaybeAppend(3, 3, skipFullCheck: true);
        Assert.That(times.EntryCount, Is.EqualTo(3));
    }

    [Test]
    public void Time_entries_are_added_only_for_later_times()
    {
        using var times = new TimeIndex(_folder.Files, _folder["x.timeindex"], 50, 4000);
        times.MaybeAppend(100, 60);
        times.MaybeAppend(100, 70);
        times.MaybeAppend(200, 80);
        Assert.That(times.EntryCount, Is.EqualTo(2));
        Assert.That(times.Lookup(99), Is.EqualTo(new TimestampOffset(-1, 50)));
        Assert.That(times.Lookup(199), Is.EqualTo(new TimestampOffset(100, 60)));
        Assert.That(() => times.MaybeAppend(150, 90), Throws.InvalidOperationException);
    }

    [Test]
    public void Zeros_that_a_killed_broker_preallocated_are_no_entries()
    {
        using (var file = _folder.Files.OpenFile(_folder["x.index"], StorageFileMode.CreateNew))
        {
            file.Write(0, [0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 10]);
            file.SetLength(10 << 20);
        }
        using var index = new OffsetIndex(_folder.Files, _folder["x.index"], 1000, 10 << 20);
        Assert.That(index.EntryCount, Is.EqualTo(2));
        Assert.That(index.LastEntry, Is.EqualTo(new OffsetPosition(1008, 10)));
    }

    [Test]
    public void Aborted_transactions_are_found_by_overlap()
    {
        using var index = new TransactionIndex(_folder.Files, _folder["x.txnindex"], 0);
        List<AbortedTransaction> found = [];
        Assert.That(index.CollectAborted(0, 100, found), Is.False);
        Assert.That(_folder.Files.FileExists(_folder["x.txnindex"]), Is.False);
        AbortedTransaction[] all = [new(1, 0, 10, 11), new(2, 5, 20, 13), new(1, 13, 30, 31)];
        foreach (var aborted in all)
            index.Append(aborted);
        Assert.That(index.CollectAborted(11, 13, found), Is.True, "the second one's last stable offset says that nothing below 13 follows");
        Assert.That(found, Is.EqualTo(all[1..2]));
        found.Clear();
        Assert.That(index.CollectAborted(0, 100, found), Is.False);
        Assert.That(found, Is.EqualTo(all));
        Assert.That(() => index.Append(new AbortedTransaction(9, 1, 30, 31)), Throws.InvalidOperationException);
        index.TruncateTo(20);
        Assert.That(index.EntryCount, Is.EqualTo(1));
        index.Append(all[1]);
        Assert.That(index.Entry(1), Is.EqualTo(all[1]));
    }

    [Test]
    public void Of_a_long_transaction_index_little_more_is_read_than_what_overlaps()
    {
        const int Count = 1000;
        var reads = 0;
        var files = new FaultyFileSystem(_folder.Files, (operation, _) =>
        {
            reads += operation == FileOperation.Read ? 1 : 0;
            return null;
        });
        using var index = new TransactionIndex(files, _folder["x.txnindex"], 0);
        var all = Enumerable.Range(0, Count).Select(i => new AbortedTransaction(i, 10 * i, 10 * i + 5, 10 * i + 6)).ToList();
        all.ForEach(aborted => index.Append(aborted));
        List<AbortedTransaction> found = [];
        reads = 0;
        for (var offset = 0; offset < 10 * Count; offset++)
        {
            found.Clear();
            index.CollectAborted(offset, offset + 20, found);
            Assert.That(found, Is.EqualTo(all.Where(aborted => aborted.LastOffset >= offset && aborted.FirstOffset < offset + 20)));
        }
        Assert.That(reads, Is.LessThanOrEqualTo(10 * Count * 6), "four of the search, and one or two windows");
        Assert.That(index.IsSane(), Is.True);
        using var later = new TransactionIndex(files, _folder["x.txnindex"], all[^2].LastOffset);
        Assert.That(later.IsSane(), Is.False, "entries before the base offset");
    }

    [Test]
    public void Aborted_transactions_without_space_are_found_in_memory_and_written_later()
    {
        var isFull = false;
        var files = new FaultyFileSystem(_folder.Files, (operation, _) =>
            isFull && operation == FileOperation.Write ? new IOException("No space left on device", 28) : null);
        AbortedTransaction[] all = [new(1, 0, 10, 11), new(2, 5, 20, 13), new(1, 13, 30, 31), new(1, 31, 40, 41)];
        using (var index = new TransactionIndex(files, _folder["x.txnindex"], 0))
        {
            index.Append(all[0]);
            isFull = true;
            foreach (var aborted in all[1..])
                index.Append(aborted);
            Assert.That(Enumerable.Range(0, index.EntryCount).Select(index.Entry), Is.EqualTo(all));
            List<AbortedTransaction> found = [];
            Assert.That(index.CollectAborted(11, 13, found), Is.True);
            Assert.That(found, Is.EqualTo(all[1..2]));
            Assert.That(() => index.Append(new AbortedTransaction(9, 1, 40, 41)), Throws.InvalidOperationException);
            Assert.That(index.WriteOut, Throws.InstanceOf<IOException>());
            index.TruncateTo(40);
            Assert.That(index.EntryCount, Is.EqualTo(3));
            isFull = false;
            index.WriteOut();
            index.Append(all[3]);
            found.Clear();
            index.CollectAborted(0, 100, found);
            Assert.That(found, Is.EqualTo(all));
        }
        using var again = new TransactionIndex(_folder.Files, _folder["x.txnindex"], 0);
        Assert.That(Enumerable.Range(0, again.EntryCount).Select(again.Entry), Is.EqualTo(all));
    }
}
