using System.Buffers.Binary;
using KafkaSharp.Storage.Cleaning;

namespace KafkaSharp.Storage.Tests.Cleaning;

public sealed class OffsetMapTests
{
    [TestCase(1 << 20, 0.9)]
    [TestCase(1 << 18, 0.9)]
    [TestCase(1 << 18, 1.0)]
    [TestCase(24 * 50, 0.9)]
    public void Has_the_last_offset_of_each_key(int bytes, double loadFactor)
    {
        var map = new OffsetMap(new KeyHasher(new Random(1)), bytes, loadFactor);
        var expected = new Dictionary<int, long>();
        var random = new Random(2);
        var most = bytes / OffsetMap.EntryBytes;
        for (long offset = 0; offset < 3 * most; offset++)
        {
            var key = random.Next(most * 3 / 4);
            if (!map.TryPut(map.Hash(Key(key)), offset))
                break;
            expected[key] = offset;
            Assert.That(map.LatestOffset, Is.EqualTo(offset));
        }
        Assert.That(map.Count, Is.EqualTo(expected.Count));
        Assert.That(map.Count, Is.GreaterThan(most / 2));
        for (var key = 0; key < most; key++)
            Assert.That(map.Find(map.Hash(Key(key))), Is.EqualTo(expected.GetValueOrDefault(key, -1)));
    }

    [TestCase(24 * 100, 0.9, 90)]
    [TestCase(24 * 100, 0.5, 50)]
    [TestCase(24 * 100_000, 0.9, 90_000)]
    public void Takes_as_many_keys_as_that_of_Kafka(int bytes, double loadFactor, int keys)
    {
        var map = new OffsetMap(new KeyHasher(new Random(1)), bytes, loadFactor);
        for (var key = 0; key < keys; key++)
            Assert.That(map.TryPut(map.Hash(Key(key)), key), Is.True);
        Assert.That(map.TryPut(map.Hash(Key(keys)), keys), Is.False);
        Assert.That(map.TryPut(map.Hash(Key(0)), keys), Is.False, "also of a key that is in it, as in Kafka");
        Assert.That(map.LatestOffset, Is.EqualTo(keys - 1));
        Assert.That(map.SizeInBytes, Is.LessThanOrEqualTo(bytes + 24 * 1024));
    }

    [Test]
    public void Is_small_for_few_keys()
    {
        var map = new OffsetMap(new KeyHasher(new Random(1)), 128 << 20, 0.9);
        for (var offset = 0; offset < 100_000; offset++)
            map.TryPut(map.Hash(Key(offset % 400)), offset);
        Assert.That(map.SizeInBytes, Is.LessThanOrEqualTo(2 * 24 * 1024));
        Assert.That(map.Find(map.Hash(Key(7))), Is.EqualTo(99_607));
    }

    [Test]
    public void An_empty_map_finds_nothing()
    {
        var map = new OffsetMap(new KeyHasher(new Random(1)), 0, 0.9);
        Assert.That((map.Find(map.Hash("k"u8)), map.LatestOffset), Is.EqualTo((-1L, -1L)));
        Assert.That((map.TryPut(map.Hash("k"u8), 0), map.TryPut(map.Hash("l"u8), 1)), Is.EqualTo((true, false)));
        Assert.That(map.Find(map.Hash("k"u8)), Is.Zero);
    }

    private static byte[] Key(int key)
    {
        var bytes = new byte[4 + key % 13];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, key);
        return bytes;
    }
}
