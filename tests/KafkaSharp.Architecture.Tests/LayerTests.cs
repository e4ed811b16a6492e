namespace KafkaSharp.Architecture.Tests;

/// <summary>A project references only projects in lower layers, as the table of docs/architecture.md says.</summary>
internal sealed class LayerTests
{
    // Written here as well as in the document on purpose, so that a new reference is a decision.
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Compression"] = [],
        ["Configuration"] = [],
        ["Protocol.Generator"] = [],
        ["Protocol"] = ["Compression", "Protocol.Generator"],
        ["Network"] = ["Protocol", "Configuration"],
        ["Storage"] = ["Protocol", "Compression", "Configuration"],
        ["StateMachines"] = ["Protocol"],
        ["Raft"] = ["StateMachines", "Protocol", "Configuration"],
        ["Metadata"] = ["Raft", "StateMachines", "Protocol", "Configuration"],
        ["Coordinators"] = ["Metadata", "StateMachines", "Protocol", "Compression", "Configuration"],
        ["Security"] = ["Metadata", "Protocol", "Configuration"],
        ["Broker"] =
        [
            "Coordinators", "Security", "Metadata", "Raft", "StateMachines", "Storage", "Network", "Protocol", "Compression",
            "Configuration",
        ],
        ["Testing"] =
        [
            "Broker", "Coordinators", "Metadata", "Raft", "StateMachines", "Storage", "Network", "Protocol", "Compression",
            "Configuration",
        ],
        ["Http"] = ["Testing", "Broker", "Protocol"],
        ["Server"] = ["Broker", "Testing", "Http", "Storage", "Network", "Protocol", "Compression", "Configuration"],
    };

    public static IEnumerable<string> Projects => Repository.SourceProjects.Keys.Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Projects))]
    public void References_point_down(string project)
    {
        Assert.That(project, Does.StartWith("KafkaSharp."));
        Assert.That(s_allowed, Contains.Key(project["KafkaSharp.".Length..]), "a project without a layer");
        var allowed = s_allowed[project["KafkaSharp.".Length..]].Select(name => $"KafkaSharp.{name}");
        Assert.That(Repository.SourceProjects[project], Is.SubsetOf(allowed));
    }

    [Test]
    public void The_architecture_document_places_every_project()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));
        Assert.That(Projects.Where(project => !text.Contains($"`{project}`", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void The_solution_holds_every_project()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "KafkaSharp.sln"));
        var projects = Repository.Files("src", "*.csproj").Concat(Repository.Files("tests", "*.csproj"));
        // The sample uses the package, which is built from the solution.
        projects = projects.Where(path => !path.StartsWith("tests/package/", StringComparison.Ordinal));
        Assert.That(projects.Where(path => !solution.Contains(Path.GetFileName(path), StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Every_project_has_a_test_project()
    {
        Assert.That(Projects.Where(project => !Directory.Exists(Path.Combine(Repository.Root, "tests", $"{project}.Tests"))), Is.Empty);
    }
}
