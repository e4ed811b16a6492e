using HostileClients.Attacks;
using HostileClients.Records;
using HostileClients.Requests;
using HostileClients.Wire;
using KafkaSharp.Compression;

namespace HostileClients.Scenarios;

/// <summary>Batches that are small on the wire and costly to validate, and producers of ordinary ones.</summary>
internal static class ProduceScenarios
{
    private const int Tiny = 20_000_000;

    private static long Future => Batch.Now + (long)TimeSpan.FromDays(30).TotalMilliseconds;

    public static IEnumerable<Scenario> All { get; } =
    [
        One("zstd-tiny", "a zstd batch of 20 million tiny records", () => Bombs.EqualRecords(Tiny, CompressionType.Zstd, Batch.Now)),
        new("zstd-tiny-5", "five zstd batches of 20 million tiny records each in one request", target =>
        {
            target.CreateTopic(Names.Topic, partitions: 5);
            var batch = Bombs.EqualRecords(Tiny, CompressionType.Zstd, Batch.Now);
            var batches = Enumerable.Range(0, 5).Select(partition => (partition, batch));
            return new Flood(target.Broker, ProduceRequests.To(Names.Topic, batches));
        }) { IsQuick = true },
        new("zstd-tiny-4-connections", "four connections that each send five zstd batches of 20 million tiny records at a time", target =>
        {
            target.CreateTopic(Names.Topic);
            var produce = ProduceRequests.To(Names.Topic, 0, Bombs.EqualRecords(Tiny, CompressionType.Zstd, Batch.Now));
            return new Flood(target.Broker, produce, connections: 4, inFlight: 5);
        }),
        One("gzip-tiny", "a gzip batch of 20 million tiny records", () => Bombs.EqualRecords(Tiny, CompressionType.Gzip, Batch.Now)),
        One(
            "gzip-empty-records", "a gzip batch of 1 million valid records without content",
            () => Bombs.EmptyRecords(1_000_000, CompressionType.Gzip, Batch.Now)),
        EachOwnPartition(
            "gzip-producers", "four producers of ordinary gzip batches of 600 KB, five in flight each", 4, 5,
            producer => Bombs.Ordinary(1_150, CompressionType.Gzip, producer)) with { IsQuick = true },
        EachOwnPartition(
            "gzip-zeros", "four producers of gzip batches of 600 KB that hold 600 MB of zeros", 4, 1,
            _ => Bombs.Zeros(6, 100_000_000, CompressionType.Gzip)),
        One(
            "future-timestamps", "a zstd batch of 4 million tiny records with a timestamp in the future",
            () => Bombs.EqualRecords(4_000_000, CompressionType.Zstd, Future)) with { IsQuick = true },
        One(
            "future-timestamps-valid", "a zstd batch of 500,000 records that are valid but for a timestamp in the future",
            () => Bombs.EmptyRecords(500_000, CompressionType.Zstd, Future)),
        Repacking("gzip"), Repacking("uncompressed"), Repacking("zstd"),
        One(
            "repacking-tiny", "a zstd batch of 20 million tiny records to a topic that is stored with gzip",
            () => Bombs.EqualRecords(Tiny, CompressionType.Zstd, Batch.Now), ("compression.type", "gzip")),
        EachOwnPartition(
            "zstd-windows", "sixteen producers of zstd batches that declare a window of 128 MB and fill it", 16, 1,
            _ => Bombs.WidestZstdWindow(160_000_000)) with { Limits = new(PeakMb: 600, KeptMb: 200) },
        new("colliding-producer-ids", "30,000 producers whose ids have one hash code, one batch each", target =>
        {
            target.CreateTopic(Names.Topic);
            var batches = Enumerable.Range(1, 30_000).Select(i => Batch.OfValue("x"u8, producerId: ((long)i << 32) | (uint)i));
            return new Flood(target.Broker, [[.. batches.Select(batch => ProduceRequests.To(Names.Topic, 0, batch))]], inFlight: 5);
        }) { Limits = new(CpuSeconds: 0.001) },
    ];

    private static Scenario One(string name, string summary, Func<byte[]> batch, params (string, string)[] configs) =>
        new(name, summary, target =>
        {
            target.CreateTopic(Names.Topic, 1, configs);
            return new Flood(target.Broker, ProduceRequests.To(Names.Topic, 0, batch()));
        });

    private static Scenario EachOwnPartition(string name, string summary, int producers, int inFlight, Func<int, byte[]> batch) =>
        new(name, summary, target =>
        {
            target.CreateTopic(Names.Topic, producers);
            var connections = Enumerable.Range(0, producers).Select<int, IReadOnlyList<RequestFrame>>(
                producer => [ProduceRequests.To(Names.Topic, producer, batch(producer))]);
            return new Flood(target.Broker, connections, inFlight);
        });

    private static Scenario Repacking(string stored) => One(
        $"repacking-{stored}", $"a small batch of 600 MB of zeros to a topic that is stored {stored}",
        () => Bombs.Zeros(6, 100_000_000, stored == "zstd" ? CompressionType.Gzip : CompressionType.Zstd), ("compression.type", stored));
}
