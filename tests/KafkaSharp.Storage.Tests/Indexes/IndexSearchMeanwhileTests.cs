using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Tests.FileSystem;

namespace KafkaSharp.Storage.Tests.Indexes;

/// <summary>
/// Searches between whose reads the writer appends, truncates and empties the index. What they give may be as of before or after, and never
/// leads a reader beyond its target.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class IndexSearchMeanwhileTests
{
    private const int Entries = 20_000;

    private readonly TestFolder _folder = new(onDisk: false);
    private Action _reading = () => { };
    private int _reads;

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(5)]
    public void A_truncation_below_the_target_gives_what_is_left(int read)
    {
        foreach (var kept in new[] { 1, 3000 })
        {
            for (var number = kept + 1; number <= Entries; number += 2999)
            {
                using var index = Uneven();
                Before(read, () => index.TruncateTo(OffsetOf(kept) + 1));
                Assert.That(index.Lookup(OffsetOf(number)).Offset, Is.EqualTo(OffsetOf(number)).Or.EqualTo(OffsetOf(kept)));
            }
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(5)]
    public void A_truncation_below_a_read_gives_no_bound_within_it(int read)
    {
        foreach (var kept in new[] { 1, 3000 })
        {
            for (var number = kept + 1; number <= Entries; number += 2999)
            {
                using var index = Uneven();
                Before(read, () => index.TruncateTo(OffsetOf(kept) + 1));
                // A read of the batches up to an entry and of a byte more: the next entry is the least bound.
                var bound = index.FetchUpperBoundOffset(0, (int)OffsetOf(number) + 1);
                Assert.That(bound ?? long.MaxValue, Is.GreaterThan(OffsetOf(number)), $"a read up to {number}");
            }
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Any_change_between_two_reads_leaves_a_lookup_below_its_target(int seed)
    {
        var random = new Random(seed);
        using var index = Uneven();
        var end = Entries;
        for (var round = 0; round < 2000; round++)
        {
            var target = random.NextInt64(1, OffsetOf(Entries) + 10);
            _reading = () =>
            {
                if (random.Next(3) > 0)
                    return;
                var (reading, reads) = (_reading, _reads);
                _reading = () => _reads = 0;
                end = Change(index, end, random);
                (_reading, _reads) = (reading, reads);
            };
            _reads = 0;
            var found = index.Lookup(target);
            Assert.That(found.Offset, Is.LessThanOrEqualTo(target));
            Assert.That(found.Position, Is.EqualTo(found.Offset));
            _reads = 0;
            Assert.That(index.FetchUpperBoundOffset(0, (int)target) ?? long.MaxValue, Is.GreaterThanOrEqualTo(target));
        }
    }

    private static int Change(OffsetIndex index, int end, Random random)
    {
        var change = random.Next(20);
        if (change == 0)
        {
            index.Reset();
            return Append(index, 0, random.Next(Entries));
        }
        if (change < 8)
        {
            var kept = Math.Min(end, random.Next(Entries));
            index.TruncateTo(OffsetOf(kept) + 1);
            return kept;
        }
        end = Append(index, end, Math.Min(Entries, end + random.Next(3000)));
        if (change < 16)
            index.WriteOut();
        return end;
    }

    private static int Append(OffsetIndex index, int end, int newEnd)
    {
        // Not every entry, so that after a truncation the numbers of the entries are other ones.
        for (var number = end + 1 + newEnd % 3; number <= newEnd; number += 1 + newEnd % 2)
        {
            index.Append(OffsetOf(number), (int)OffsetOf(number));
            end = number;
        }
        return end;
    }

    /// <summary>Offsets that no proportion describes, each at the position of the same number.</summary>
    private static long OffsetOf(int number) => number + (long)number * number / 2;

    private OffsetIndex Uneven()
    {
        _reading = () => _reads = 0;
        var files = new FaultyFileSystem(_folder.Files, (operation, _) =>
        {
            if (operation != FileOperation.Read)
                return null;
            _reading();
            return ++_reads > 40 ? new IOException("It reads again and again") : null;
        });
        var index = new OffsetIndex(files, _folder["x.index"], 0, Entries * OffsetIndex.EntrySize);
        index.Reset();
        for (var number = 1; number <= Entries; number++)
            index.Append(OffsetOf(number), (int)OffsetOf(number));
        index.WriteOut();
        return index;
    }

    private void Before(int read, Action change)
    {
        _reads = 0;
        _reading = () =>
        {
            if (_reads != read)
                return;
            _reading = () => { };
            change();
        };
    }
}
