using System.Text.RegularExpressions;
using CompareRequests.Comparing;
using CompareRequests.Mutations;
using CompareRequests.Requests;
using CompareRequests.Schemas;

namespace CompareRequests.Running;

/// <summary>Sends each case of a plan to both brokers and reports the differences between what they respond.</summary>
internal sealed class Comparison(Broker genuine, Broker ours, Report report)
{
    // What happens first depends on the speed of the broker.
    private static readonly Regex s_race = new(@"(^|\) )TimeoutMs = ([1-5]|100)$");
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_longPatience = TimeSpan.FromSeconds(15);
    private int _number;

    public void Run(ApiPlan plan, IEnumerable<int> versions)
    {
        foreach (var version in versions)
        {
            Both(broker => { Preparation.DeleteTopicsOfCases(broker); return true; });
            foreach (var (name, original) in plan.Originals)
            {
                foreach (var item in Cases(plan, version, original))
                {
                    if (plan.Excluded?.IsMatch(item.Description) != true && !s_race.IsMatch(item.Description))
                        Run(plan, version, name, item);
                }
            }
        }
    }

    private static List<Case> Cases(ApiPlan plan, int version, Dictionary<string, object?> original) =>
        plan.IsMutated ? CaseGenerator.Generate(ApiCatalog.Request(plan.Api), version, original) : [new("unchanged", original)];

    private void Run(ApiPlan plan, int version, string original, Case item)
    {
        var fresh = $"case{++_number}x";
        var described = original.Length == 0 ? item.Description : $"({original}) {item.Description}";
        report.Starts(plan.Name, version, described);
        Both(broker =>
        {
            broker.EndCase();
            broker.Variables["fresh"] = fresh;
            // Those of a group that the case does not have.
            broker.Variables["member"] = "no-member";
            broker.Variables["generation"] = 1L;
            foreach (var step in plan.Before)
                broker.Run(step);
            broker.Send(plan.Api, version, broker.Variables.Resolve(item.Request), item.Damage, plan.OnController);
            return true;
        });
        var differences = new Differences();
        var (theirs, own) = Responses(plan, version);
        differences.Add("", theirs, own);
        foreach (var step in plan.After)
            differences.List.AddRange(Observe(step));
        var isDifferent = differences.List.Count > 0;
        report.Ends(plan.Name, version, described, differences.List);
        // From here on the log of the topic would differ, also where the difference is explained.
        if (isDifferent && plan.After.Contains(Steps.LogEnds))
            Both(broker => { Preparation.NewTopic(broker, $"topic{_number}x"); return true; });
    }

    // Apache Kafka responds before its broker has followed the controller, so a difference must last.
    private List<Difference> Observe(Step step)
    {
        for (var i = 0; ; i++)
        {
            var (theirs, own) = Both(broker => Normalizer.Normalize(broker.Run(step), broker));
            var differences = new Differences();
            differences.Add($"then {step.Api}: ", theirs, own);
            if (differences.List.Count == 0 || i == 20)
                return differences.List;
            Thread.Sleep(10 * i);
        }
    }

    private (Dictionary<string, object?>, Dictionary<string, object?>) Responses(ApiPlan plan, int version)
    {
        var (theirs, own) = Both(broker => broker.Await(s_patience, plan.OnController));
        // Where only one responds in time, the other has more time: it may be busy.
        if (theirs != own)
            (theirs, own) = Both(broker => broker.Await(s_longPatience, plan.OnController));
        return (Response(genuine, theirs), Response(ours, own));

        Dictionary<string, object?> Response(Broker broker, bool responded) => Normalizer.Normalize(
            responded ? broker.Receive(plan.Api, version, plan.OnController) : broker.GiveUp(plan.OnController), broker);
    }

    private (T Genuine, T Ours) Both<T>(Func<Broker, T> action)
    {
        var other = Task.Run(() => action(genuine));
        var own = action(ours);
        return (other.GetAwaiter().GetResult(), own);
    }
}
