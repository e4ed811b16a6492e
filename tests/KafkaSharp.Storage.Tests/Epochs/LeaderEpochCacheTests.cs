using KafkaSharp.Protocol;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Epochs;

public sealed class LeaderEpochCacheTests
{
    private readonly MemoryFileSystem _files = new(TimeProvider.System);
    private LeaderEpochCache _cache = null!;

    [SetUp]
    public void Open()
    {
        _files.DeleteDirectory("/t-0");
        _files.CreateDirectory("/t-0");
        _cache = LeaderEpochCache.Open(_files, "/t-0");
    }

    [Test]
    public void What_is_assigned_is_on_disk_after_a_flush()
    {
        Assign((0, 0), (2, 10), (5, 30));
        Assert.That(LeaderEpochCache.Open(_files, "/t-0").Entries, Is.Empty);
        _cache.Flush();
        Assert.That(LeaderEpochCache.Open(_files, "/t-0").Entries, Is.EqualTo(Entries((0, 0), (2, 10), (5, 30))));
    }

    [TestCase(3, 15, ExpectedResult = "1@10 3@15 5@30")]
    [TestCase(3, 25, ExpectedResult = "1@10 3@20 5@30")]
    [TestCase(5, 25, ExpectedResult = "1@10 3@20 5@25")]
    [TestCase(3, 35, ExpectedResult = "1@10 3@20")]
    [TestCase(4, 30, ExpectedResult = "1@10 3@20 4@30")]
    [TestCase(4, 20, ExpectedResult = "1@10 4@20 5@30")]
    [TestCase(6, 30, ExpectedResult = "1@10 3@20 6@30")]
    [TestCase(4, 25, ExpectedResult = "1@10 3@20 4@25 5@30")]
    [TestCase(0, 5, ExpectedResult = "0@5 1@10 3@20 5@30")]
    [TestCase(6, 40, ExpectedResult = "1@10 3@20 5@30 6@40")]
    public string A_recovered_batch_counts_against_what_was_saved(int epoch, long offset)
    {
        Assign((1, 10), (3, 20), (5, 30));
        _cache.Recover(epoch, offset);
        return string.Join(' ', _cache.Entries.Select(entry => $"{entry.Epoch}@{entry.StartOffset}"));
    }

    [Test]
    public void The_same_epoch_later_changes_nothing()
    {
        Assign((2, 10), (2, 20));
        Assert.That(_cache.Entries, Is.EqualTo(Entries((2, 10))));
    }

    [Test]
    public void Entries_that_a_new_one_contradicts_go()
    {
        Assign((1, 10), (3, 20), (5, 30));
        _cache.Assign(4, 20);
        Assert.That(_cache.Entries, Is.EqualTo(Entries((1, 10), (4, 20))));
        _cache.Flush();
        Assert.That(LeaderEpochCache.Open(_files, "/t-0").Entries, Is.EqualTo(_cache.Entries));
        _cache.Assign(0, 40);
        Assert.That(_cache.Entries, Is.EqualTo(Entries((0, 40))));
    }

    [TestCase(-2, -2, 10L)]
    [TestCase(-1, null, null)]
    [TestCase(0, 0, 10L)]
    [TestCase(1, 1, 20L)]
    [TestCase(2, 1, 20L)]
    [TestCase(3, 3, 30L)]
    [TestCase(5, 5, 99L)]
    [TestCase(6, null, null)]
    public void An_epoch_ends_where_the_next_begins(int requested, int? epoch, long? offset)
    {
        Assign((1, 10), (3, 20), (5, 30));
        Assert.That(_cache.EndOffsetFor(requested, 99), Is.EqualTo(epoch is null ? null : new OffsetAndEpoch(offset!.Value, epoch.Value)));
    }

    [Test]
    public void Nothing_is_known_of_an_empty_log() => Assert.Multiple(() =>
    {
        Assert.That(_cache.EndOffsetFor(0, 0), Is.Null);
        Assert.That(_cache.LatestEpoch, Is.Null);
        Assert.That(_cache.EpochForOffset(0), Is.Null);
    });

    [TestCase(9, null)]
    [TestCase(10, 1)]
    [TestCase(19, 1)]
    [TestCase(20, 3)]
    [TestCase(1000, 5)]
    public void An_offset_was_written_in_the_epoch_that_began_last_before_it(long offset, int? epoch)
    {
        Assign((1, 10), (3, 20), (5, 30));
        Assert.That(_cache.EpochForOffset(offset), Is.EqualTo(epoch));
    }

    [Test]
    public void Truncation_at_the_end_takes_epochs_that_begin_there_or_later()
    {
        Assign((1, 10), (3, 20), (5, 30));
        _cache.TruncateFromEnd(31);
        Assert.That(_cache.Entries, Has.Count.EqualTo(3));
        _cache.TruncateFromEnd(30);
        Assert.That(_cache.Entries, Is.EqualTo(Entries((1, 10), (3, 20))));
        _cache.TruncateFromEnd(0);
        _cache.Flush();
        Assert.That(LeaderEpochCache.Open(_files, "/t-0").Entries, Is.Empty);
    }

    [TestCase(5, "1:10 3:20 5:30")]
    [TestCase(10, "1:10 3:20 5:30")]
    [TestCase(15, "1:15 3:20 5:30")]
    [TestCase(20, "3:20 5:30")]
    [TestCase(25, "3:25 5:30")]
    [TestCase(99, "5:99")]
    public void Truncation_at_the_start_moves_the_first_epoch_up(long start, string expected)
    {
        Assign((1, 10), (3, 20), (5, 30));
        _cache.TruncateFromStart(start);
        Assert.That(string.Join(' ', _cache.Entries.Select(entry => $"{entry.Epoch}:{entry.StartOffset}")), Is.EqualTo(expected));
    }

    private void Assign(params (int Epoch, long Start)[] entries)
    {
        foreach (var (epoch, start) in entries)
            _cache.Assign(epoch, start);
    }

    private static EpochEntry[] Entries(params (int Epoch, long Start)[] entries) =>
        [.. entries.Select(e => new EpochEntry(e.Epoch, e.Start))];
}
