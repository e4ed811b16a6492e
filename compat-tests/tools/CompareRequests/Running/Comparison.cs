using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CompareRequests.Comparing;
using CompareRequests.Mutations;
using CompareRequests.Requests;
using CompareRequests.Schemas;

namespace CompareRequests.Running;

/// <summary>Runs each case of a plan: one after another, or several at once where the plan allows it.</summary>
internal sealed class Comparison(Broker genuine, Broker ours, Report report) : IDisposable
{
    // The topics of more cases are not kept.
    private const int CasesWithTopics = 300;
    private const int RunsAtOnce = 8;

    // What happens first depends on the speed of the broker.
    private static readonly Regex s_race = new(@"(^|\) )TimeoutMs = ([1-5]|100)$");
    private readonly CaseRun _run = new(genuine, ours, report);
    private readonly ConcurrentBag<CaseRun> _others = [];
    private int _number;
    private int _cleaned;

    public void Run(ApiPlan plan, IEnumerable<int> versions)
    {
        var cases = versions.SelectMany(version =>
            from original in plan.Originals
            from item in Cases(plan, version, original.Request)
            where plan.Excluded?.IsMatch(item.Description) != true && !s_race.IsMatch(item.Description)
            select (version, original.Name, Case: item));
        foreach (var some in cases.Chunk(CasesWithTopics))
        {
            if (_number + some.Length - _cleaned > CasesWithTopics)
            {
                _run.DeleteTopics();
                _cleaned = _number;
            }
            if (plan.IsIndependent)
            {
                // Requests that Apache Kafka handles at once may influence each other, so what differs runs again alone.
                ConcurrentBag<(int Version, string Name, Case Case)> different = [];
                Parallel.ForEach(some, new ParallelOptions { MaxDegreeOfParallelism = RunsAtOnce }, item => RunApart(item, different));
                foreach (var (version, name, item) in different)
                    _run.Run(plan, version, name, item, Interlocked.Increment(ref _number));
            }
            else
            {
                foreach (var (version, name, item) in some)
                    _run.Run(plan, version, name, item, Interlocked.Increment(ref _number));
            }
        }

        void RunApart(
            (int Version, string Name, Case Case) item, ConcurrentBag<(int Version, string Name, Case Case)> different)
        {
            var run = _others.TryTake(out var other) ? other : _run.Another();
            if (!run.Run(plan, item.Version, item.Name, item.Case, Interlocked.Increment(ref _number), isTrial: true))
                different.Add(item);
            _others.Add(run);
        }
    }

    public void Dispose()
    {
        foreach (var run in _others)
            run.Dispose();
        _run.Dispose();
    }

    private static List<Case> Cases(ApiPlan plan, int version, Dictionary<string, object?> original) =>
        plan.IsMutated ? CaseGenerator.Generate(ApiCatalog.Request(plan.Api), version, original) : [new("unchanged", original)];
}
