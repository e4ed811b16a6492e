using System.Globalization;
using HostileClients.Attacks;
using HostileClients.Measuring;
using HostileClients.Observers;

namespace HostileClients.Scenarios;

/// <summary>What a scenario measured, and the judgement of it.</summary>
internal sealed class Findings(Scenario scenario, Phase undisturbed, Phase disturbed)
{
    public required AttackResult Result { get; init; }

    /// <summary>Whether the attack ended by itself.</summary>
    public required bool IsOver { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Processor seconds of the broker during the attack, the little that the observers cost included.</summary>
    public required double Cpu { get; init; }

    /// <summary>The share of the machine that others used during the attack.</summary>
    public required double OtherLoad { get; init; }

    public required bool HasProcess { get; init; }

    public required long PeakMb { get; init; }

    public required long KeptMb { get; init; }

    public required long PeakResidentMb { get; init; }

    public required bool IsAlive { get; init; }

    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>
    /// What is beyond the limits. Memory is not judged if the broker's heap always grows to its configured size.
    /// </summary>
    public List<string> Violations(bool judgesMemory)
    {
        var limits = scenario.Limits;
        var found = new List<string>();
        if (!IsAlive)
            found.Add("the broker ended");
        found.AddRange(Failures);
        if (Result.Failure is { } failure)
            found.Add(failure);
        if (!IsOver)
            found.Add(Invariant($"not every request had a response after {Seconds:F0} s"));
        foreach (var (name, delays) in disturbed.Clients)
        {
            var before = undisturbed.Clients.First(client => client.Observer == name).Delays;
            var worst = limits.WorstMs * Widening + Limits.Factor * before.Worst + disturbed.Machine.Worst;
            var p99 = limits.P99Ms * Widening + Limits.Factor * before.P99 + disturbed.Machine.P99;
            if (delays.Count == 0)
                found.Add($"{name} was not measured");
            if (delays.Worst > worst)
                found.Add($"{name} worst {DelaySummary.Text(delays.Worst)} ms > {DelaySummary.Text(worst)} ms");
            if (delays.P99 > p99)
                found.Add($"{name} p99 {DelaySummary.Text(delays.P99)} ms > {DelaySummary.Text(p99)} ms");
        }
        if (!HasProcess)
            return found;
        if (judgesMemory && PeakMb > limits.PeakMb)
            found.Add($"memory grew by {PeakMb} MB > {limits.PeakMb} MB");
        if (judgesMemory && KeptMb > limits.KeptMb)
            found.Add($"{KeptMb} MB > {limits.KeptMb} MB were kept");
        if (limits.CpuSeconds > 0 && CpuPerRequest > limits.CpuSeconds)
            found.Add(Invariant($"{CpuPerRequest:G3} s CPU a request > {limits.CpuSeconds} s"));
        return found;
    }

    public string Line => Invariant(
        $"""
        others p99/worst {undisturbed.Worst.Delays} -> {disturbed.Worst.Delays} ms ({disturbed.Worst.Observer}),
         machine {disturbed.Machine} ms, other load {100 * OtherLoad:F0} %{Memory}, {Result.Responses} responses in {Seconds:F1} s
        """).ReplaceLineEndings("");

    /// <summary>A row of the report.</summary>
    public string Row(IReadOnlyList<string> violations) => Invariant(
        $"""
        | {scenario.Name} | {(violations.Count == 0 ? "ok" : "not ok")} | {undisturbed.Worst.Delays} | {disturbed.Worst.Delays} |
         {PeakMb} | {KeptMb} | {PeakResidentMb} | {CpuPerRequest:G3} | {Result.Responses} in {Seconds:F1} s |
         {scenario.Summary} | {Result.Facts} | {string.Join("; ", violations)} |
        """).ReplaceLineEndings("");

    // A broker that gets a tenth of the machine takes ten times as long for the same work.
    private double Widening => 1 / Math.Max(0.1, 1 - OtherLoad);

    private double CpuPerRequest => Cpu / Math.Max(1, Result.Responses);

    private string Memory => HasProcess
        ? Invariant(
            $", memory +{PeakMb} MB, kept {KeptMb:+0;-0;0} MB, VmHWM {PeakResidentMb} MB, CPU {Cpu:F2} s, {CpuPerRequest:G3} a request")
        : "";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
