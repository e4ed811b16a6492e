namespace KafkaSharp.Protocol.Tests;

/// <summary>Values chosen to share a hash code, or a bucket, under the framework's own functions.</summary>
internal sealed class SeededHashTests
{
    private const int Count = 50_000;

    [Test]
    public void Ids_that_fold_to_one_value_do_not_share_hash_codes() =>
        AssertSpread(Enumerable.Range(1, Count).Select(i => new Uuid(((long)i << 32) | (uint)i, 0).GetHashCode()));

    [Test]
    public void Ids_whose_halves_cancel_do_not_share_hash_codes() =>
        AssertSpread(Enumerable.Range(1, Count).Select(i => new Uuid(i, -1521134295L * i).GetHashCode()));

    [Test]
    public void Integers_that_fold_to_one_value_do_not_share_hash_codes() =>
        AssertSpread(Enumerable.Range(1, Count).Select(i => SeededInt64Comparer.Instance.GetHashCode(((long)i << 32) | (uint)i)));

    [TestCase(10_103)]
    [TestCase(65_537)]
    public void Partition_numbers_that_are_multiples_of_a_table_size_do_not_share_a_bucket(int buckets)
    {
        var fullest = Enumerable.Range(0, 20_000).GroupBy(i => (uint)new TopicPartition("t", i * buckets).GetHashCode() % (uint)buckets)
            .Max(g => g.Count());
        Assert.That(fullest, Is.LessThan(100));
    }

    [TestCase("ttt", 7)]
    [TestCase("", 0)]
    public void Equal_values_have_equal_hash_codes(string topic, int partition)
    {
        var copy = new TopicPartition(new string(topic.AsSpan()), partition);
        Assert.That(copy.GetHashCode(), Is.EqualTo(new TopicPartition(topic, partition).GetHashCode()));
        Assert.That(Uuid.Parse("AAAAAAAAAAAAAAAAAAAABw").GetHashCode(), Is.EqualTo(new Uuid(0, 7).GetHashCode()));
        Assert.That(default(TopicPartition).GetHashCode(), Is.EqualTo(new TopicPartition(null!, 0).GetHashCode()));
    }

    private static void AssertSpread(IEnumerable<int> hashCodes) => Assert.That(hashCodes.Distinct().Count(), Is.GreaterThan(Count - 100));
}
