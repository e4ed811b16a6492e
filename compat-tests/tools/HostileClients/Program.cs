using System.Globalization;
using System.Net;
using HostileClients.Measuring;
using HostileClients.Scenarios;
using HostileClients.Wire;

// HostileClients list [--quick]   one scenario a line: name, "pipe" or "file" for the broker's log, properties
// HostileClients run SCENARIO BOOTSTRAP [--pid PID] [--quick] [--report FILE] [--heap]
//   --pid     the broker's process, whose memory and CPU time are then measured
//   --quick   shorter phases
//   --report  appends a row of a table
//   --heap    the broker has a heap of a configured size, so its memory is shown and not judged
switch (args)
{
    case ["list", .. var options]:
        foreach (var scenario in AllScenarios.List.Where(scenario => scenario.IsQuick || !options.Contains("--quick")))
            Console.WriteLine(string.Join('\t', [scenario.Name, scenario.HasUndrainedLog ? "pipe" : "file", .. scenario.Properties]));
        return 0;
    case ["run", var name, var bootstrap, .. var options] when AllScenarios.Find(name) is { } scenario:
        return Run(scenario, IPEndPoint.Parse(bootstrap), options);
    case ["run", var name, ..]:
        Console.Error.WriteLine($"no such scenario: {name}");
        return 2;
    default:
        Console.Error.WriteLine(
            "usage: HostileClients list [--quick] | run SCENARIO ADDRESS:PORT [--pid PID] [--quick] [--report FILE] [--heap]");
        return 2;
}

static int Run(Scenario scenario, IPEndPoint broker, string[] options)
{
    string? Value(string option) => Array.IndexOf(options, option) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;

    var process = Value("--pid") is { } pid ? new BrokerProcess(int.Parse(pid, CultureInfo.InvariantCulture)) : null;
    Findings findings;
    try
    {
        findings = new ScenarioRun(scenario, broker, process, options.Contains("--quick")).Run();
    }
    catch (Exception e) when (BrokerConnection.IsEnd(e) || e is InvalidDataException or TimeoutException)
    {
        Console.WriteLine($"not ok {scenario.Name}: the broker does not serve what the scenario needs before the attack: {e.Message}");
        return 1;
    }
    var violations = findings.Violations(judgesMemory: !options.Contains("--heap"));
    var judgement = violations.Count == 0 ? "ok" : "not ok";
    Console.WriteLine($"{judgement} {scenario.Name}: {string.Concat(violations.Select(violation => violation + "; "))}{findings.Line}");
    if (Value("--report") is { } report)
        File.AppendAllText(report, findings.Row(violations) + "\n");
    return violations.Count == 0 ? 0 : 1;
}
