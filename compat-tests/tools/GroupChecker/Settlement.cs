using System.Diagnostics;
using System.Net.Sockets;
using Confluent.Kafka;

namespace GroupChecker;

/// <summary>
/// After the last kill the group must come to rest and read everything. What is written then is read once and no more: the check looks at
/// it between the offsets of the file "settled".
/// </summary>
internal sealed class Settlement(string bootstrap, int members)
{
    public const string File = "settled";
    private const int MorePerPartition = 50;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    private readonly GroupState _state = new(bootstrap);

    public int Run(string folder)
    {
        using var reader = RolledTopic.Reader(bootstrap);
        var watch = Stopwatch.StartNew();
        if (!Await(() => Lag(reader) ?? _state.Unrest(members)))
            return 1;
        Console.WriteLine($"the group is at rest after {watch.Elapsed.TotalSeconds:0.0} s");
        var from = RolledTopic.Ends(reader);
        using (var producer = Feeder.Producer(bootstrap))
            Feeder.Produce(producer, MorePerPartition);
        if (!Await(() => Lag(reader)))
            return 1;
        System.IO.File.WriteAllLines(Path.Combine(folder, File), from.Select((offset, partition) => $"{partition} {offset}"));
        return 0;
    }

    private static string? Lag(IConsumer<Ignore, Ignore> reader)
    {
        var (committed, ends) = (RolledTopic.Committed(reader), RolledTopic.Ends(reader));
        return committed.SequenceEqual(ends) ? null : $"committed [{string.Join(' ', committed)}] of [{string.Join(' ', ends)}]";
    }

    private static bool Await(Func<string?> open)
    {
        var watch = Stopwatch.StartNew();
        for (var what = ""; ; Thread.Sleep(100))
        {
            try
            {
                if (open() is not { } still)
                    return true;
                what = still;
            }
            catch (Exception e) when (e is KafkaException or SocketException or IOException)
            {
                what = e.Message;
            }
            if (watch.Elapsed > s_patience)
            {
                Console.WriteLine($"the group is not at rest after {s_patience.TotalSeconds} s: {what}");
                return false;
            }
        }
    }
}
