using CompareRequests.Running;

namespace CompareRequests.Timings;

/// <summary>Runs each scenario on both brokers at once and compares what happened and when.</summary>
internal static class TimedComparison
{
    // The machine's own delay, and that Apache Kafka looks at its timers only now and then.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMilliseconds(700);

    /// <returns>The number of scenarios without and with a difference.</returns>
    public static (int Passed, int Failed) Run(Broker genuine, Broker ours, IEnumerable<TimedScenario> scenarios)
    {
        var (passed, failed) = (0, 0);
        foreach (var scenario in scenarios)
        {
            var name = $"timed{passed + failed}";
            var other = Task.Run(() => Run(genuine, scenario, name));
            var (own, ownTime) = Run(ours, scenario, name);
            var (theirs, theirTime) = other.GetAwaiter().GetResult();
            var isSame = own == theirs && (ownTime - theirTime).Duration() < s_tolerance;
            Console.WriteLine($"{(isSame ? "ok" : "not ok")} {scenario.Name}: genuine {theirs} after {theirTime.TotalMilliseconds:0} ms, "
                + $"ours {own} after {ownTime.TotalMilliseconds:0} ms");
            if (isSame)
                passed++;
            else
                failed++;
        }
        return (passed, failed);
    }

    private static (string Text, TimeSpan Time) Run(Broker broker, TimedScenario scenario, string name)
    {
        using var client = new TimedClient(broker, name);
        try
        {
            var text = scenario.Run(client);
            return (text, client.Elapsed);
        }
        catch (TimeoutException e)
        {
            return ("nothing: " + e.Message, client.Elapsed);
        }
    }
}
