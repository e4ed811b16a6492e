using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Tests.FileSystem;

namespace KafkaSharp.Storage.Tests.Indexes;

/// <summary>Searches of indexes of many shapes, and of files that no broker has written so.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class IndexSearchTests
{
    private const long BaseOffset = 5_000_000_000;
    private const long BaseTime = 1_700_000_000_000;

    private readonly TestFolder _folder = new(onDisk: false);

    /// <summary>Where in the index the keys grow most.</summary>
    public enum Growth
    {
        Even,
        Random,
        AtEnd,
        AtStart,
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    // A page holds 512 entries of offsets, or 341 of times.
    [Test]
    public void Each_target_gives_the_entry_next_to_it(
        [Values(1, 341, 342, 512, 513, 5000)] int count, [Values] Growth growth, [Values(0, 1, 400)] int inMemory)
    {
        using var offsets = new OffsetIndex(_folder.Files, _folder["x.index"], BaseOffset, int.MaxValue, isNew: true);
        using var times = new TimeIndex(_folder.Files, _folder["x.timeindex"], BaseOffset, int.MaxValue, isNew: true);
        var keys = Keys(count, growth);
        var positions = Keys(count, (Growth)(count % 4));
        for (var i = 0; i < count; i++)
        {
            offsets.Append(BaseOffset + keys[i], positions[i]);
            times.MaybeAppend(BaseTime + keys[i], BaseOffset + positions[i]);
            if (i == count - 1 - inMemory)
            {
                offsets.WriteOut();
                times.WriteOut();
            }
        }
        for (var i = 0; i < count; i += 1 + count / 600)
        {
            var untilNext = i + 1 < count ? keys[i + 1] - 1 : 1L << 60;
            var entry = new OffsetPosition(BaseOffset + keys[i], positions[i]);
            Assert.That(offsets.Lookup(BaseOffset + keys[i]), Is.EqualTo(entry));
            Assert.That(offsets.Lookup(BaseOffset + untilNext), Is.EqualTo(entry));
            var time = new TimestampOffset(BaseTime + keys[i], BaseOffset + positions[i]);
            Assert.That(times.Lookup(BaseTime + keys[i]), Is.EqualTo(time));
            Assert.That(times.Lookup(BaseTime + untilNext), Is.EqualTo(time));
            Assert.That(offsets.FetchUpperBoundOffset(0, positions[i]), Is.EqualTo(entry.Offset));
            Assert.That(offsets.FetchUpperBoundOffset(positions[i], 1), i + 1 < count ? Is.EqualTo(BaseOffset + keys[i + 1]) : Is.Null);
        }
        Assert.That(offsets.Lookup(BaseOffset + keys[0] - 1), Is.EqualTo(new OffsetPosition(BaseOffset, 0)));
        Assert.That(times.Lookup(BaseTime + keys[0] - 1), Is.EqualTo(new TimestampOffset(-1, BaseOffset)));
    }

    [Test]
    public void Damaged_entries_end_a_search_too()
    {
        var random = new Random(3);
        for (var file = 0; file < 50; file++)
        {
            var bytes = new byte[random.Next(1, 60_000)];
            random.NextBytes(bytes);
            using (var damaged = _folder.Files.OpenFile(_folder[$"{file}"], StorageFileMode.CreateNew))
                damaged.Write(0, bytes);
            var reads = 0;
            var files = new FaultyFileSystem(_folder.Files, (operation, _) =>
                operation == FileOperation.Read && ++reads > 40 ? new IOException("It reads again and again") : null);
            using var offsets = new OffsetIndex(files, _folder[$"{file}"], 0, int.MaxValue);
            using var times = new TimeIndex(files, _folder[$"{file}"], 0, int.MaxValue);
            for (var target = -1000L; target < long.MaxValue / 3; target = target * 3 / 2 + 1100)
            {
                reads = 0;
                offsets.Lookup(target);
                reads = 0;
                times.Lookup(target);
                reads = 0;
                offsets.FetchUpperBoundOffset(0, (int)Math.Clamp(target, 0, int.MaxValue));
            }
        }
    }

    [Test]
    public void An_index_of_the_largest_size_has_no_entry_after_its_last()
    {
        const int Entries = int.MaxValue / OffsetIndex.EntrySize;
        using (var file = _folder.Files.OpenFile(_folder["x.index"], StorageFileMode.CreateNew))
            file.Write((Entries - 1) * (long)OffsetIndex.EntrySize, [0, 0, 0, 7, 0, 0, 0, 9]);
        using var index = new OffsetIndex(_folder.Files, _folder["x.index"], BaseOffset, int.MaxValue);
        Assert.That(index.EntryCount, Is.EqualTo(Entries));
        Assert.That(index.Lookup(BaseOffset + 7), Is.EqualTo(new OffsetPosition(BaseOffset + 7, 9)));
        Assert.That(index.FetchUpperBoundOffset(0, 9), Is.EqualTo(BaseOffset + 7));
        Assert.That(index.FetchUpperBoundOffset(9, 1), Is.Null);
    }

    private static int[] Keys(int count, Growth growth)
    {
        var random = new Random(count);
        var keys = new int[count];
        for (var i = 0; i < count; i++)
        {
            keys[i] = growth switch
            {
                Growth.Even => 10 * (i + 1),
                Growth.Random => (i > 0 ? keys[i - 1] : 0) + random.Next(1, 1 << random.Next(1, 18)),
                Growth.AtEnd => i < count - 3 ? i + 1 : int.MaxValue - (count - 1 - i),
                _ => i < 2 ? i + 1 : int.MaxValue - (count - 1 - i),
            };
        }
        return keys;
    }
}
