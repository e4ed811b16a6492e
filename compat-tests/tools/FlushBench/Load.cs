using System.Diagnostics;
using Confluent.Kafka;

namespace FlushBench;

/// <summary>One producer that sends a record when the one before is acknowledged, and the times that it measured.</summary>
internal sealed class Load(string bootstrapServers, string topic, int records)
{
    /// <summary>From the call to the acknowledgement of each record.</summary>
    public List<TimeSpan> Times { get; } = new(records);

    public string? Failure { get; private set; }

    public async Task RunAsync(TaskCompletionSource ready, Task begin)
    {
        try
        {
            using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
            {
                BootstrapServers = bootstrapServers, Acks = Acks.All, LingerMs = 0, SocketNagleDisable = true,
            }).Build();
            var message = new Message<Null, byte[]> { Value = new byte[1024] };
            // The first one finds the leader.
            await producer.ProduceAsync(topic, message);
            ready.SetResult();
            await begin;
            for (var i = 0; i < records; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await producer.ProduceAsync(topic, message);
                Times.Add(Stopwatch.GetElapsedTime(started));
            }
        }
        catch (KafkaException exception)
        {
            Failure = exception.ToString();
            ready.TrySetResult();
        }
    }
}
