using CompareRequests.Comparing;
using CompareRequests.Mutations;
using CompareRequests.Requests;

namespace CompareRequests.Running;

/// <summary>Sends cases to both brokers, one after another, and reports the differences between what they respond.</summary>
internal sealed class CaseRun(Broker genuine, Broker ours, Report report) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_longPatience = TimeSpan.FromSeconds(15);

    /// <summary>The same on connections of its own.</summary>
    public CaseRun Another() => new(genuine.Another(), ours.Another(), report);

    /// <summary>False: there is an unexplained difference, which is not reported because <paramref name="isTrial"/> is true.</summary>
    /// <param name="plan">What is done before and after.</param>
    /// <param name="version">The version of the request.</param>
    /// <param name="original">The name of the valid request that the case changes; may be empty.</param>
    /// <param name="item">The request.</param>
    /// <param name="number">The number of the case, which no other has.</param>
    /// <param name="isTrial">Whether the case runs again, alone, if it differs.</param>
    public bool Run(ApiPlan plan, int version, string original, Case item, int number, bool isTrial = false)
    {
        var described = original.Length == 0 ? item.Description : $"({original}) {item.Description}";
        report.Starts(plan.Name, version, described);
        Both(broker =>
        {
            broker.EndCase();
            broker.Variables["fresh"] = $"case{number}x{plan.Suffix}";
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
        if (isTrial && !report.Explains(plan.Name, described, differences.List))
            return false;
        var isDifferent = differences.List.Count > 0;
        report.Ends(plan.Name, version, described, differences.List);
        // From here on the log of the topic would differ, also where the difference is explained.
        if (isDifferent && plan.After.Contains(Steps.LogEnds))
            Both(broker => { Preparation.NewTopic(broker, $"topic{number}x"); return true; });
        return true;
    }

    /// <summary>Deletes the topics of the cases so far.</summary>
    public void DeleteTopics() => Both(broker => { Preparation.DeleteTopicsOfCases(broker); return true; });

    public void Dispose()
    {
        genuine.Dispose();
        ours.Dispose();
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
