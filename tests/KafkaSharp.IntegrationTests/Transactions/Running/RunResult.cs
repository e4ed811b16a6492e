using KafkaSharp.IntegrationTests.Transactions.Checking;

namespace KafkaSharp.IntegrationTests.Transactions.Running;

/// <summary>What came of a run, or of several together.</summary>
/// <param name="Violations">What must not be.</param>
/// <param name="Outcomes">The number of transactions by how they ended for their clients.</param>
/// <param name="LateRequests">Requests that arrived when their client had given them up.</param>
/// <param name="Crashes">Crashes of the broker.</param>
internal sealed record RunResult(
    IReadOnlyList<string> Violations, IReadOnlyDictionary<Outcome, int> Outcomes, int LateRequests, int Crashes)
{
    public static RunResult None { get; } = new([], new Dictionary<Outcome, int>(), 0, 0);

    public static RunResult operator +(RunResult one, RunResult other) => new(
        [.. one.Violations, .. other.Violations],
        Enum.GetValues<Outcome>().ToDictionary(outcome => outcome, outcome => one.Count(outcome) + other.Count(outcome)),
        one.LateRequests + other.LateRequests, one.Crashes + other.Crashes);

    public int Count(Outcome outcome) => Outcomes.GetValueOrDefault(outcome);

    public override string ToString() =>
        $"{Count(Outcome.Committed)} transactions committed, {Count(Outcome.Aborted)} aborted, {Count(Outcome.Unknown)} of unknown end, "
        + $"{LateRequests} late requests, {Crashes} crashes, {Violations.Count} violations";
}
