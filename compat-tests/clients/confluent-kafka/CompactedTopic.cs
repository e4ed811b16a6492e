using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ConfluentKafka;

/// <summary>
/// A topic with cleanup.policy=compact, and what was written to it. A round is a segment: three batches, of which compaction leaves one
/// without records, one whose last records are gone, and one whose first record is gone.
/// </summary>
internal sealed class CompactedTopic : IDisposable
{
    private const long RoundMs = 10_000;
    private const int SegmentMs = 1_000;

    private readonly string _bootstrap;
    private readonly TopicPartition _partition;
    private readonly IProducer<string, string?> _producer;
    private readonly List<Written> _written = [];
    private readonly long _startMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 3_600_000;
    private int _round;

    public CompactedTopic(IAdminClient admin, string bootstrap, string name, CompressionType codec)
    {
        _bootstrap = bootstrap;
        _partition = new TopicPartition(name, 0);
        _producer = new ProducerBuilder<string, string?>(new ProducerConfig
        {
            BootstrapServers = bootstrap, CompressionType = codec, EnableIdempotence = true,
            // A batch has what is between two flushes.
            LingerMs = 60_000,
        }).Build();
        var configs = new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact", ["segment.ms"] = $"{SegmentMs}",
            ["min.cleanable.dirty.ratio"] = "0.01", ["delete.retention.ms"] = "1",
        };
        var specification = new TopicSpecification { Name = name, NumPartitions = 1, ReplicationFactor = 1, Configs = configs };
        admin.CreateTopicsAsync([specification]).Wait();
    }

    /// <summary>Writes segments, each of which replaces what the one before has for the same keys.</summary>
    public void WriteRounds(int count)
    {
        for (var end = _round + count; _round < end; _round++)
        {
            Write(("a", "x"), ("b", "x"), ("c", "x"));
            Write(($"first-{_round}", "x"), ("a", "y"), ("b", "y"));
            Write(("c", "z"), ($"last-{_round}", new string('z', 1_000)));
        }
    }

    /// <summary>Deletes a key by a tombstone.</summary>
    public void Delete(string key) => Write((key, null));

    /// <summary>Begins the segment after all others, which is not compacted.</summary>
    public void BeginSegment()
    {
        _round++;
        Write(("end", "x"));
    }

    /// <summary>Waits until there is nothing but the last record of each key, and the last segment.</summary>
    /// <param name="deleted">The key whose tombstone is deleted too.</param>
    public void AwaitCompaction(string? deleted = null)
    {
        var active = _written.FindLastIndex(written => written.Key == "end");
        var last = _written.Take(active).GroupBy(written => written.Key).Select(key => key.Last()).Where(written => written.Key != deleted);
        List<Written> expected = [.. last.OrderBy(written => written.Offset), .. _written.Skip(active)];
        List<Written> read = [];
        Consuming.Wait(
            () => (read = ReadFrom(0)).SequenceEqual(expected),
            () => $"the compaction of {_partition.Topic} to {Offsets(expected)}, it has {Offsets(read)}");
        CheckEachOffset(read);
        CheckTimes(read);
    }

    public void Dispose() => _producer.Dispose();

    /// <summary>A consumer that begins where compaction has left nothing reads on with the next record that is there.</summary>
    private void CheckEachOffset(List<Written> expected)
    {
        using var consumer = NewConsumer("offsets");
        var end = _written[^1].Offset + 1;
        Check.Equal(end, consumer.QueryWatermarkOffsets(_partition, TimeSpan.FromSeconds(20)).High.Value, "end");
        for (var offset = 0L; offset < end; offset += 4)
        {
            consumer.Assign(new TopicPartitionOffset(_partition, offset));
            var next = Read(consumer) ?? throw new InvalidOperationException($"nothing is read from offset {offset} on");
            Check.Equal(expected.First(record => record.Offset >= offset), next, $"the record read from offset {offset} on");
        }
        // The same for an offset that a group has committed.
        consumer.Commit([new TopicPartitionOffset(_partition, 1)]);
        consumer.Assign(new TopicPartitionOffset(_partition, Offset.Stored));
        Check.Equal(expected.First(record => record.Offset >= 1), Read(consumer), "the record read from a committed offset on");
    }

    private void CheckTimes(List<Written> expected)
    {
        using var consumer = NewConsumer("times");
        foreach (var time in expected.Select(record => record.TimestampMs).Distinct())
        {
            var found = consumer.OffsetsForTimes(
                [new TopicPartitionTimestamp(_partition, new Timestamp(time, TimestampType.CreateTime))], TimeSpan.FromSeconds(20));
            Check.Equal(expected.First(record => record.TimestampMs >= time).Offset, found[0].Offset.Value, $"the offset for time {time}");
        }
    }

    private void Write(params (string Key, string? Value)[] records)
    {
        var timestampMs = _startMs + _round * RoundMs;
        foreach (var (key, value) in records)
        {
            _producer.Produce(
                _partition,
                new Message<string, string?> { Key = key, Value = value, Timestamp = new Timestamp(timestampMs, TimestampType.CreateTime) },
                report =>
                {
                    if (!report.Error.IsError)
                        _written.Add(new Written(report.Offset, key, value, timestampMs));
                });
        }
        var count = _written.Count;
        _producer.Flush(TimeSpan.FromSeconds(20));
        Check.Equal(count + records.Length, _written.Count, "records written");
    }

    private static string Offsets(List<Written> records) => string.Join(' ', records.Select(record => record.Offset));

    private List<Written> ReadFrom(long offset)
    {
        using var consumer = NewConsumer("reader");
        consumer.Assign(new TopicPartitionOffset(_partition, offset));
        List<Written> read = [];
        while (Read(consumer) is { } next)
            read.Add(next);
        return read;
    }

    // Null at the end of the partition. Fetches are smaller than a batch.
    private static Written? Read(IConsumer<string, string?> consumer)
    {
        var result = consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException("neither a record nor the end is read");
        return result.IsPartitionEOF
            ? null
            : new Written(result.Offset, result.Message.Key, result.Message.Value, result.Message.Timestamp.UnixTimestampMs);
    }

    private IConsumer<string, string?> NewConsumer(string role) => new ConsumerBuilder<string, string?>(new ConsumerConfig
    {
        BootstrapServers = _bootstrap, GroupId = $"{_partition.Topic}-{role}", EnableAutoCommit = false, EnablePartitionEof = true,
        MessageMaxBytes = 1_000, FetchMaxBytes = 1_000, MaxPartitionFetchBytes = 200, AutoOffsetReset = AutoOffsetReset.Error,
    }).Build();

    private sealed record Written(long Offset, string Key, string? Value, long TimestampMs);
}
