using System.Diagnostics;
using Confluent.Kafka;

namespace CrashClient;

/// <summary>
/// An idempotent producer with acks=all that survives restarts of the broker. The value of a record is its partition and its number in the
/// partition, starting at 0. A line "partition number offset" is written for each acknowledged record, and lines "acknowledged N" report
/// the count.
/// </summary>
internal static class Producing
{
    private const int MostInFlight = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static int Run(string bootstrap, string topic, int partitions, string file, int rate)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = bootstrap, EnableIdempotence = true, Acks = Acks.All, LingerMs = 5, MessageTimeoutMs = 900_000,
            RetryBackoffMs = 50,
            ReconnectBackoffMs = 20, ReconnectBackoffMaxMs = 200, SocketTimeoutMs = 20_000, CompressionType = CompressionType.None,
        };
        var (inFlight, acknowledged, failure) = (0, 0L, (string?)null);
        using var lines = new StreamWriter(file);
        using var producer = new ProducerBuilder<Null, string>(config)
            .SetErrorHandler((_, error) => failure ??= error.IsFatal ? $"fatal: {error.Reason}" : null)
            .SetLogHandler((_, _) => { })
            .Build();
        var stop = new Thread(() => Console.In.ReadLine()) { IsBackground = true };
        stop.Start();

        var next = new long[partitions];
        var padding = new string('x', 200);
        var clock = Stopwatch.StartNew();
        var shown = TimeSpan.Zero;
        for (long sent = 0; stop.IsAlive && failure is null; sent++)
        {
            // The rate is a limit. The producer does not catch up after a crash, so the size of the file to verify depends only on the
            // time.
            while (Volatile.Read(ref inFlight) >= MostInFlight || sent > rate * clock.Elapsed.TotalSeconds)
            {
                Show();
                if (!stop.IsAlive || failure is not null)
                    break;
                Thread.Sleep(1);
            }
            var partition = (int)(sent % partitions);
            var number = next[partition]++;
            Interlocked.Increment(ref inFlight);
            producer.Produce(
                new TopicPartition(topic, partition), new Message<Null, string> { Value = $"{partition} {number} {padding}" }, report =>
            {
                // Called on the client's thread, and on this thread during Flush.
                lock (lines)
                {
                    if (report.Error.IsError)
                    {
                        failure ??= $"record {number} of partition {partition}: {report.Error.Reason}";
                    }
                    else
                    {
                        lines.WriteLine($"{partition} {number} {report.Offset.Value}");
                        acknowledged++;
                    }
                }
                Interlocked.Decrement(ref inFlight);
            });
        }
        if (failure is null && producer.Flush(Patience) > 0)
            failure = $"{Volatile.Read(ref inFlight)} records were neither acknowledged nor refused in {Patience.TotalMinutes} minutes";
        // The last delivery reports may arrive after Flush has returned.
        SpinWait.SpinUntil(() => Volatile.Read(ref inFlight) == 0 || failure is not null, Patience);
        shown = TimeSpan.Zero;
        Show();
        if (failure is null)
            return 0;
        Console.WriteLine($"producer: {failure}");
        return 1;

        void Show()
        {
            if (clock.Elapsed - shown < TimeSpan.FromMilliseconds(50) && shown != TimeSpan.Zero)
                return;
            shown = clock.Elapsed;
            Console.WriteLine($"acknowledged {Volatile.Read(ref acknowledged)}");
        }
    }
}
