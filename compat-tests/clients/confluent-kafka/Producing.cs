using System.Text;
using Confluent.Kafka;

namespace ConfluentKafka;

internal static class Producing
{
    public static void EveryAcks(string bootstrap, string topic)
    {
        foreach (var acks in (Acks[])[Acks.All, Acks.Leader, Acks.None])
        {
            using var producer =
                new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = bootstrap, Acks = acks }).Build();
            var result = producer.ProduceAsync(topic, new Message<string, string> { Key = "k", Value = $"acks {acks}" }).Result;
            Check.That(acks == Acks.None || result.Offset >= 0, $"no offset with acks={acks}");
        }
    }

    public static void IdempotentInOrder(string bootstrap, string topic, int count)
    {
        var (errors, reports) = (0, 0);
        var offsets = new long[count];
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = bootstrap, EnableIdempotence = true, LingerMs = 2, CompressionType = CompressionType.Lz4,
        }).Build())
        {
            for (var i = 0; i < count; i++)
            {
                var number = i;
                while (true)
                {
                    try
                    {
                        producer.Produce(new TopicPartition(topic, 0), new Message<Null, string> { Value = $"{i}" }, report =>
                        {
                            // Called on the client's thread, and on this thread during Flush.
                            if (report.Error.IsError)
                                Interlocked.Increment(ref errors);
                            offsets[number] = report.Offset;
                            Interlocked.Increment(ref reports);
                        });
                        break;
                    }
                    catch (ProduceException<Null, string> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
                    {
                        producer.Poll(TimeSpan.FromMilliseconds(20));
                    }
                }
            }
            producer.Flush(TimeSpan.FromSeconds(80));
            Consuming.Wait(() => Volatile.Read(ref reports) == count, "the last reports");
        }
        Check.Equal(0, errors, "errors");
        Check.That(offsets.Select((offset, i) => offset == offsets[0] + i).All(next => next), "offsets are not consecutive");
        var values = Consuming.ReadAll(bootstrap, new TopicPartition(topic, 0), count);
        Check.That(values.Select((value, i) => value == $"{i}").All(same => same), "what was read is not what was sent, in order");
    }

    public static void HeadersAndTimestamps(string bootstrap, string topic)
    {
        var time = new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc);
        using (var producer = new ProducerBuilder<string, byte[]?>(new ProducerConfig { BootstrapServers = bootstrap }).Build())
        {
            var result = producer.ProduceAsync(topic, new Message<string, byte[]?>
            {
                Key = "key", Value = null, Timestamp = new Timestamp(time),
                Headers = [new Header("a", [1, 2]), new Header("b", Encoding.UTF8.GetBytes("ü"))],
            }).Result;
            Check.Equal(0, result.Partition.Value, "partition");
        }
        using var consumer =
            new ConsumerBuilder<string, byte[]?>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = topic }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var read = consumer.Consume(TimeSpan.FromSeconds(20));
        Check.That(read is not null && read.Message.Value is null && read.Message.Key == "key", "key and null value");
        Check.Equal(time, read!.Message.Timestamp.UtcDateTime, "timestamp");
        Check.Equal("ü", Encoding.UTF8.GetString(read.Message.Headers.GetLastBytes("b")), "header");
        var offset = consumer.OffsetsForTimes([new TopicPartitionTimestamp(topic, 0, new Timestamp(time))], TimeSpan.FromSeconds(20));
        Check.Equal(0L, offset[0].Offset.Value, "offset for time");
        consumer.Close();
    }
}
