// TransactionBench BOOTSTRAP TOPIC PRODUCERS TRANSACTIONS: every producer commits its share of the transactions,
// each of 100 records of 100 B.
// Prints a line "name<tab>value" for each figure. All producers are ready before the time begins.
using System.Diagnostics;
using System.Globalization;
using TransactionBench;

if (args is not [var bootstrapServers, var topic, var producers, var transactions])
{
    Console.Error.WriteLine("usage: TransactionBench BOOTSTRAP TOPIC PRODUCERS TRANSACTIONS");
    return 2;
}
var count = int.Parse(producers, CultureInfo.InvariantCulture);
var each = int.Parse(transactions, CultureInfo.InvariantCulture) / count;
var loads = Enumerable.Range(0, count).Select(_ => new Load(bootstrapServers, topic, each)).ToList();
var begin = new ManualResetEventSlim();
var threads = loads.ConvertAll(load => new Thread(() => load.Run(begin)));
threads.ForEach(thread => thread.Start());
foreach (var load in loads)
    load.IsReady.Wait();
var started = Stopwatch.GetTimestamp();
begin.Set();
threads.ForEach(thread => thread.Join());
var elapsed = Stopwatch.GetElapsedTime(started);
if (loads.Select(load => load.Failure).FirstOrDefault(failure => failure is not null) is { } failure)
{
    Console.Error.WriteLine(failure);
    return 1;
}
Print("transactions/s", each * count / elapsed.TotalSeconds);
Percentiles("transaction", [.. loads.SelectMany(load => load.Transactions)]);
Percentiles("its commit", [.. loads.SelectMany(load => load.Commits)]);
return 0;

static void Percentiles(string what, TimeSpan[] times)
{
    Array.Sort(times);
    foreach (var percentile in (int[])[50, 99])
        Print($"{what}, p{percentile}, ms", times[(times.Length - 1) * percentile / 100].TotalMilliseconds);
}

static void Print(string name, double value) =>
    Console.WriteLine($"{name}\t{value.ToString("G4", CultureInfo.InvariantCulture)}");
