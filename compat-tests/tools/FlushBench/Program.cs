// FlushBench BOOTSTRAP create TOPIC PARTITIONS: creates a topic with flush.messages=1.
// FlushBench BOOTSTRAP TOPIC PRODUCERS RECORDS: every producer sends its share of the records of 1 KB, each when the one
// before is acknowledged.
// Prints a line "name<tab>value" for each figure. All producers are ready before the time begins.
using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FlushBench;

if (args is [var servers, "create", var created, var partitions])
{
    using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
    await admin.CreateTopicsAsync([new TopicSpecification
    {
        Name = created, NumPartitions = int.Parse(partitions, CultureInfo.InvariantCulture), ReplicationFactor = 1,
        Configs = new Dictionary<string, string> { ["flush.messages"] = "1" },
    }]);
    return 0;
}
if (args is not [var bootstrapServers, var topic, var producers, var records])
{
    Console.Error.WriteLine("usage: FlushBench BOOTSTRAP TOPIC PRODUCERS RECORDS | FlushBench BOOTSTRAP create TOPIC PARTITIONS");
    return 2;
}
var count = int.Parse(producers, CultureInfo.InvariantCulture);
var each = int.Parse(records, CultureInfo.InvariantCulture) / count;
var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
var loads = Enumerable.Range(0, count).Select(_ => new Load(bootstrapServers, topic, each)).ToList();
var ready = loads.ConvertAll(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
var runs = loads.Zip(ready, (load, isReady) => Task.Run(() => load.RunAsync(isReady, begin.Task))).ToList();
await Task.WhenAll(ready.ConvertAll(isReady => isReady.Task));
var started = Stopwatch.GetTimestamp();
begin.SetResult();
await Task.WhenAll(runs);
var elapsed = Stopwatch.GetElapsedTime(started);
if (loads.Select(load => load.Failure).FirstOrDefault(failure => failure is not null) is { } failure)
{
    Console.Error.WriteLine(failure);
    return 1;
}
var times = loads.SelectMany(load => load.Times).Order().ToArray();
Print("records/s", each * count / elapsed.TotalSeconds);
foreach (var percentile in (int[])[50, 99])
    Print($"acknowledged, p{percentile}, ms", times[(times.Length - 1) * percentile / 100].TotalMilliseconds);
return 0;

static void Print(string name, double value) =>
    Console.WriteLine($"{name}\t{value.ToString("G4", CultureInfo.InvariantCulture)}");
