using System.Net.Sockets;
using CompareRequests;
using CompareRequests.Comparing;
using CompareRequests.Requests;
using CompareRequests.Requests.Transactions;
using CompareRequests.Running;
using CompareRequests.Schemas;
using CompareRequests.Timings;

// CompareRequests list                                             the names of the APIs
// CompareRequests run GENUINE OURS [--api NAME]… [--quick] [--groups|--transactions|--last-epochs|--expired]
//   GENUINE OURS     directories with the file bootstrap, as eng/broker.sh makes them
//   --quick          the lowest and the highest version of each API
//   --groups         the requests to groups
//   --transactions   the requests to transactional ids in each state
//   --last-epochs    the same in states with the last epoch of a producer; the brokers have started again after last-epochs
//   --expired        the same in states of ids that the coordinator has forgotten
// CompareRequests last-epochs GENUINE OURS                         writes producers with their last epochs to the log of the coordinator
// CompareRequests timings GENUINE OURS                             what happens after a time
switch (args)
{
    case ["list"]:
        foreach (var name in AllPlans.List.Concat(AllPlans.Of(["--transactions"])).Select(plan => plan.Api).Distinct())
            Console.WriteLine(name);
        return 0;
    case ["run", var genuine, var ours, .. var options]:
        return Run(genuine, ours, options);
    case ["last-epochs", .. { Length: 2 } directories]:
        foreach (var directory in directories)
        {
            using var broker = new Broker(directory);
            LastEpochs.Write(broker);
        }
        return 0;
    case ["timings", var genuine, var ours]:
        return RunTimings(genuine, ours);
    default:
        Console.Error.WriteLine(
            "usage: CompareRequests list | run GENUINE OURS [--api NAME]… [--quick] [--groups|--transactions|--last-epochs|--expired]"
            + " | last-epochs GENUINE OURS | timings GENUINE OURS");
        return 2;
}

static int Run(string genuineDirectory, string ourDirectory, string[] options)
{
    var chosen = options.Zip(options.Skip(1)).Where(pair => pair.First == "--api").Select(pair => pair.Second).ToHashSet();
    using var genuine = new Broker(genuineDirectory);
    using var ours = new Broker(ourDirectory);
    var explanations = new Explanations(Path.Combine(AppContext.BaseDirectory, "explained-differences"));
    var report = new Report(explanations);
    var compared = new HashSet<string>();
    var ended = 0;
    try
    {
        Parallel.Invoke(() => Preparation.Prepare(genuine), () => Preparation.Prepare(ours));
        using var comparison = new Comparison(genuine, ours, report);
        var level = TransactionVersion(ours);
        foreach (var plan in AllPlans.Of(options).Where(plan => chosen.Count == 0 || chosen.Contains(plan.Api)))
        {
            if (plan.LeastTransactionVersion > level)
                continue;
            var (failed, passed) = (report.Failed, report.Passed);
            comparison.Run(plan, Versions(plan, ours, options.Contains("--quick")));
            report.Write(plan.Name);
            report.Count(plan.Name, report.Passed - passed, report.Failed - failed);
            compared.Add(plan.Name);
        }
    }
    catch (Exception e) when (LostConnection(e) is { } lost)
    {
        Console.WriteLine($"not ok: a broker no longer accepts connections ({lost.Message}) at {report.Current}");
        ended = 1;
    }
    report.WriteCounts();
    foreach (var line in explanations.Unused(compared))
        Console.WriteLine($"no longer needed in this run: {line}");
    Console.WriteLine($"{report.Passed} passed, {report.Failed + ended} failed");
    return report.Failed + ended == 0 && report.Passed > 0 ? 0 : 1;
}

// Several cases run at once.
static SocketException? LostConnection(Exception e) => e is AggregateException several
    ? several.Flatten().InnerExceptions.OfType<SocketException>().FirstOrDefault()
    : e as SocketException;

static int RunTimings(string genuineDirectory, string ourDirectory)
{
    using var genuine = new Broker(genuineDirectory);
    using var ours = new Broker(ourDirectory);
    Parallel.Invoke(() => Preparation.Prepare(genuine), () => Preparation.Prepare(ours));
    var (passed, failed) = TimedComparison.Run(genuine, ours, [.. FetchTimings.List, .. GroupTimings.List, .. ConnectionTimings.List]);
    Console.WriteLine($"{passed} passed, {failed} failed");
    return failed == 0 && passed > 0 ? 0 : 1;
}

// The finalized level of transaction.version.
static long TransactionVersion(Broker broker)
{
    var response = broker.Run(new("ApiVersions", 3, """{"ClientSoftwareName":"compare","ClientSoftwareVersion":"1"}"""));
    return ((List<object?>)response["FinalizedFeatures"]!).Cast<Dictionary<string, object?>>()
        .Where(feature => feature["Name"] is "transaction.version").Select(feature => (long)feature["MaxVersionLevel"]!).FirstOrDefault();
}

// The versions that our broker serves.
static IEnumerable<int> Versions(ApiPlan plan, Broker broker, bool quick)
{
    var response = broker.Run(new("ApiVersions", 0, "{}") { OnController = plan.OnController });
    var served = ((List<object?>)response["ApiKeys"]!).Cast<Dictionary<string, object?>>()
        .FirstOrDefault(api => api["ApiKey"] is long key && key == ApiCatalog.Api(plan.Api).Key);
    if (served is null)
        return [];
    var (least, most) = ((int)(long)served["MinVersion"]!, (int)(long)served["MaxVersion"]!);
    if (plan.IsLatestOnly)
        return [most];
    return quick && most > least ? [least, most] : Enumerable.Range(least, most - least + 1);
}
