// Measures test brokers beside each other, each with the same client (Confluent.Kafka), and prints a markdown table: KafkaSharp.Testing,
// the mock cluster of librdkafka, and the genuine broker as a process (if the variable KAFKASHARP_KAFKA_HOME names it), which is what a
// container runs.
// "Start" ends when the client has the broker's metadata. Each system has a process of its own, in which its first start happens.
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Compare;
using Confluent.Kafka;

if (args is [var name])
{
    await MeasureAsync(name);
    return;
}
var systems = new List<string> { "KafkaSharp.Testing", "librdkafka mock" };
if (GenuineBroker.Home is not null)
    systems.Add("Apache Kafka, a process");
var columns = systems.ConvertAll(Child);
Console.WriteLine($"| | {string.Join(" | ", systems)} |\n|---|{string.Concat(systems.Select(_ => "---:|"))}");
foreach (var row in columns[0].Keys)
    Console.WriteLine($"| {row} | {string.Join(" | ", columns.Select(column => column.GetValueOrDefault(row, "–")))} |");

// A process for one system; its lines are ROW=VALUE.
static Dictionary<string, string> Child(string system)
{
    Console.Error.WriteLine($"measuring {system}");
    var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
    start.ArgumentList.Add(system);
    using var process = Process.Start(start)!;
    var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{system} ended with exit code {process.ExitCode}");
    return lines.Where(line => line.Contains('=')).Select(line => line.Split('=', 2)).ToDictionary(line => line[0], line => line[1]);
}

static async Task MeasureAsync(string system)
{
    // The client itself is loaded before, so that it is no part of the first start.
    using (new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = "127.0.0.1:1" }).Build())
    {
    }
    var before = Resident(Environment.ProcessId);
    var (first, broker) = await StartAsync(system);
    await using (broker)
    {
        Row("first start, ms", Milliseconds(first));
        Row("memory of one broker, MB", $"{(broker.ProcessId is { } id ? Resident(id) : Resident(Environment.ProcessId) - before)}");
        Row("APIs served", $"{await CountApisAsync(broker.BootstrapServers)}");
        Row("produce to consume, median of 200, ms", Milliseconds(await RoundTripAsync(broker.BootstrapServers)));
    }
    var starts = new List<TimeSpan>();
    for (var i = 0; i < (system.StartsWith("Apache", StringComparison.Ordinal) ? 3 : 100); i++)
    {
        var (time, next) = await StartAsync(system);
        starts.Add(time);
        await next.DisposeAsync();
    }
    Row("a later start, median, ms", Milliseconds(Median(starts)));
}

static async Task<(TimeSpan Time, ITestedBroker Broker)> StartAsync(string system)
{
    var time = Stopwatch.StartNew();
    ITestedBroker broker = system switch
    {
        "KafkaSharp.Testing" => await InProcessBroker.StartAsync(),
        "librdkafka mock" => new MockCluster(),
        _ => await GenuineBroker.StartAsync(),
    };
    using var client = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
    _ = client.GetMetadata(TimeSpan.FromSeconds(30));
    return (time.Elapsed, broker);
}

static async Task<TimeSpan> RoundTripAsync(string bootstrapServers)
{
    using var producer = new ProducerBuilder<Null, string>(
        new ProducerConfig { BootstrapServers = bootstrapServers, LingerMs = 0 }).Build();
    await producer.ProduceAsync("trips", new() { Value = "first" });
    using var consumer = new ConsumerBuilder<Ignore, string>(
        new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = "g" }).Build();
    var partition = new Partition(0);
    consumer.Assign(new TopicPartitionOffset("trips", partition, Offset.Beginning));
    _ = consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException();
    var trips = new List<TimeSpan>();
    for (var i = 0; i < 200; i++)
    {
        var trip = Stopwatch.StartNew();
        await producer.ProduceAsync(new TopicPartition("trips", partition), new() { Value = "x" });
        _ = consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException();
        trips.Add(trip.Elapsed);
    }
    consumer.Close();
    return Median(trips);
}

// ApiVersions version 0: the header without a client id and no body; the response has an array of entries.
static async Task<int> CountApisAsync(string bootstrapServers)
{
    var address = bootstrapServers.Split(',')[0].Split(':');
    using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
    await socket.ConnectAsync(address[0], int.Parse(address[1], CultureInfo.InvariantCulture));
    await socket.SendAsync(new byte[] { 0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff });
    var head = new byte[14];
    for (var read = 0; read < head.Length;)
        read += await socket.ReceiveAsync(head.AsMemory(read));
    return BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(10));
}

static void Row(string what, string value) => Console.WriteLine($"{what}={value}");

static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);

static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

static long Resident(int process)
{
    using var found = Process.GetProcessById(process);
    return found.WorkingSet64 >> 20;
}
