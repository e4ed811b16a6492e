using System.Net;
using HostileClients.Attacks;
using HostileClients.Measuring;
using HostileClients.Observers;
using HostileClients.Wire;

namespace HostileClients.Scenarios;

/// <summary>Runs a scenario: the observers undisturbed, then with the attack, then the broker's memory after it.</summary>
internal sealed class ScenarioRun(Scenario scenario, IPEndPoint broker, BrokerProcess? process, bool isQuick)
{
    private const string ObservedTopic = "observed";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_memoryPatience = TimeSpan.FromSeconds(8);

    private readonly TimeSpan _warmUp = TimeSpan.FromSeconds(isQuick ? 0.3 : 1);
    private readonly TimeSpan _undisturbed = TimeSpan.FromSeconds(isQuick ? 0.7 : 2);
    private readonly TimeSpan _attack = TimeSpan.FromSeconds(isQuick ? 1 : 3);
    private readonly TimeSpan _settling = TimeSpan.FromSeconds(isQuick ? 0.5 : 1.5);

    public Findings Run()
    {
        using var target = new Target(broker);
        target.CreateTopic(ObservedTopic);
        var findings = Observe(target);
        // A broker that was started for this scenario ends with it.
        if (process is null)
            target.DeleteTopics();
        return findings;
    }

    private Findings Observe(Target target)
    {
        using var observers = new ObserverSet(broker, ObservedTopic);
        // The first requests make code ready, in the broker and here.
        Watch(observers, _warmUp);
        using var attack = scenario.Attack(target);
        GC.Collect();
        var undisturbed = Watch(observers, _undisturbed);

        process?.ResetPeak();
        var memoryBefore = process?.AnonymousMemory ?? 0;
        var cpuBefore = process?.CpuSeconds ?? 0;
        var begin = DateTime.UtcNow;
        using var sampler = process is null ? null : new MemorySampler(process);
        var load = process is null ? null : new OtherLoad(process);
        var phase = observers.Begin();
        var (result, isOver) = Attack(attack);
        var attackSeconds = (DateTime.UtcNow - begin).TotalSeconds;
        // An attack of an instant is observed for as long as the others.
        if (attackSeconds < _attack.TotalSeconds)
            Thread.Sleep(_attack - TimeSpan.FromSeconds(attackSeconds));
        observers.End(phase);
        var otherLoad = load?.Share ?? 0;
        var cpu = process is { IsAlive: true } ? process.CpuSeconds - cpuBefore : 0;
        if (!scenario.KeepsConnections)
            attack.Dispose();
        var kept = Settle(memoryBefore, scenario.Limits.KeptMb);
        attack.Dispose();
        return new Findings(scenario, undisturbed, phase)
        {
            Result = result, IsOver = isOver, Seconds = attackSeconds, OtherLoad = otherLoad,
            HasProcess = process is not null, Cpu = cpu,
            PeakMb = process is null ? 0 : Mb(Math.Max(0, sampler!.Peak - memoryBefore)), KeptMb = kept,
            PeakResidentMb = process is { IsAlive: true } ? Mb(process.PeakMemory) : 0,
            IsAlive = process?.IsAlive ?? true, Failures = observers.Failures,
        };
    }

    private static long Mb(long bytes) => bytes / 1_000_000;

    private static Phase Watch(ObserverSet observers, TimeSpan time)
    {
        var phase = observers.Begin();
        Thread.Sleep(time);
        observers.End(phase);
        return phase;
    }

    private (AttackResult Result, bool IsOver) Attack(IAttack attack)
    {
        AttackResult? result = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = attack.Run(_attack);
            }
            catch (Exception e) when (BrokerConnection.IsEnd(e))
            {
                result = new AttackResult(0, "") { Failure = $"the hostile client: {e.Message}" };
            }
        });
        thread.Start();
        var isOver = thread.Join(s_limit);
        if (!isOver)
        {
            attack.Dispose();
            thread.Join();
        }
        return (result!, isOver);
    }

    private long Settle(long before, int limitMb)
    {
        if (process is null)
            return 0;
        var until = DateTime.UtcNow + s_memoryPatience;
        Thread.Sleep(_settling);
        long kept;
        while ((kept = process.IsAlive ? Mb(process.AnonymousMemory - before) : 0) > limitMb && DateTime.UtcNow < until)
            Thread.Sleep(100);
        return kept;
    }
}
