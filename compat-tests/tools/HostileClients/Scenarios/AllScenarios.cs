namespace HostileClients.Scenarios;

/// <summary>All scenarios, by name.</summary>
internal static class AllScenarios
{
    public static IReadOnlyList<Scenario> List { get; } =
        [.. ProduceScenarios.All, .. FetchScenarios.All, .. EntryScenarios.All, .. ConnectionScenarios.All];

    public static Scenario? Find(string name) => List.FirstOrDefault(scenario => scenario.Name == name);
}
