// Measures the test broker as a user's process sees it, and prints a markdown table.
using System.Diagnostics;
using System.Runtime;
using Confluent.Kafka;
using KafkaSharp.Testing;

var rows = new List<(string What, string Value)>();

var first = Stopwatch.StartNew();
var warm = await KafkaTestBroker.StartAsync();
rows.Add(("first start in a process, ms", Milliseconds(first.Elapsed)));
rows.Add(("methods compiled until then", $"{JitInfo.GetCompiledMethodCount()}"));
await warm.DisposeAsync();

var starts = new List<TimeSpan>();
var stops = new List<TimeSpan>();
for (var i = 0; i < 200; i++)
{
    var start = Stopwatch.StartNew();
    var broker = await KafkaTestBroker.StartAsync();
    starts.Add(start.Elapsed);
    var stop = Stopwatch.StartNew();
    await broker.DisposeAsync();
    stops.Add(stop.Elapsed);
}
rows.Add(("start in a warm process, median of 200, ms", Median(starts)));
rows.Add(("stop, median of 200, ms", Median(stops)));

await using (var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { "t" } }))
{
    var resets = new List<TimeSpan>();
    for (var i = 0; i < 50; i++)
        resets.Add(await TimeAsync(() => kafka.ResetAsync()));
    rows.Add(("reset with one topic, median of 50, ms", Median(resets)));
}

await using (var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { "t" } }))
{
    using var producer = new ProducerBuilder<Null, string>(
        new ProducerConfig { BootstrapServers = kafka.BootstrapServers, LingerMs = 0 }).Build();
    using var consumer = new ConsumerBuilder<Ignore, string>(
        new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = "g" }).Build();
    consumer.Assign(new TopicPartitionOffset("t", 0, Offset.Beginning));
    var trips = new List<TimeSpan>();
    for (var i = 0; i < 300; i++)
    {
        trips.Add(await TimeAsync(async () =>
        {
            await producer.ProduceAsync("t", new() { Value = "x" });
            _ = consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException();
        }));
    }
    rows.Add(("produce to consume with Confluent.Kafka, median of 300, ms", Median(trips)));
    consumer.Close();
}

// One client of each kind without retries of its own: an error that a client could repeat fails the loop, or is counted.
var loops = int.Parse(args.ElementAtOrDefault(0) ?? "1000", System.Globalization.CultureInfo.InvariantCulture);
await using (var kafka = await KafkaTestBroker.StartAsync())
{
    var errors = 0;
    using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
    using var producer = new ProducerBuilder<Null, string>(
        new ProducerConfig { BootstrapServers = kafka.BootstrapServers, LingerMs = 0, MessageSendMaxRetries = 0 })
        .SetErrorHandler((_, _) => Interlocked.Increment(ref errors)).Build();
    using var consumer = new ConsumerBuilder<Ignore, string>(
        new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = "g" })
        .SetErrorHandler((_, _) => Interlocked.Increment(ref errors)).Build();
    var loop = Stopwatch.StartNew();
    for (var i = 0; i < loops; i++)
    {
        var topic = $"t{i}";
        await admin.CreateTopicsAsync([new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]);
        await producer.ProduceAsync(topic, new() { Value = topic });
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        if (consumer.Consume(TimeSpan.FromSeconds(10))?.Message.Value != topic)
            throw new InvalidOperationException($"The record of {topic} is missing");
        await admin.DeleteTopicsAsync([topic]);
        if (i % 1000 == 999)
            Console.Error.WriteLine($"{i + 1} loops, {errors} errors");
    }
    consumer.Close();
    rows.Add(($"create, produce, consume, delete with Confluent.Kafka: {loops} times, errors", $"{errors}"));
    rows.Add(("one of these, ms", Milliseconds(loop.Elapsed / loops)));
}

await using (var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { "t" } }))
{
    var record = new TestRecord { Value = new byte[500_000] };
    for (var i = 0; i < 2000; i++)
        await kafka.Topics.AppendAsync("t", record);
    rows.Add(("resident after 1 GB of records, MB", $"{Resident()}"));
}

GC.Collect();
var before = Resident();
var many = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => KafkaTestBroker.StartAsync()));
rows.Add(("100 brokers in one process, MB more", $"{Resident() - before}"));
foreach (var broker in many)
    await broker.DisposeAsync();

Console.WriteLine("| what | measured |\n|---|---:|");
foreach (var (what, value) in rows)
    Console.WriteLine($"| {what} | {value} |");

static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);

static string Median(List<TimeSpan> times) => Milliseconds(times.Order().ElementAt(times.Count / 2));

static long Resident()
{
    using var process = Process.GetCurrentProcess();
    return process.WorkingSet64 >> 20;
}

static async Task<TimeSpan> TimeAsync(Func<Task> action)
{
    var time = Stopwatch.StartNew();
    await action();
    return time.Elapsed;
}
