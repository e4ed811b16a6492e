using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KafkaSharp.Architecture.Tests;

/// <summary>An event id names one log message in the whole product, and each project has its own range.</summary>
internal sealed class EventIdTests
{
    // The first id of each project's thousand. A project that is absent here logs nothing.
    private static readonly Dictionary<string, int> s_ranges = new()
    {
        ["KafkaSharp.Network"] = 1000,
        ["KafkaSharp.Storage"] = 2000,
        ["KafkaSharp.StateMachines"] = 3000,
        ["KafkaSharp.Raft"] = 4000,
        ["KafkaSharp.Metadata"] = 5000,
        ["KafkaSharp.Broker"] = 6000,
        ["KafkaSharp.Coordinators"] = 7000,
        ["KafkaSharp.Security"] = 8000,
        ["KafkaSharp.Http"] = 9000,
        ["KafkaSharp.Testing"] = 10000,
        ["KafkaSharp.Server"] = 11000,
    };

    private static readonly List<(string Project, int Id, AttributeSyntax Attribute)> s_events =
    [
        .. SourceProject.All.Values.SelectMany(project => project.Nodes<AttributeSyntax>()
            .Where(attribute => attribute.Name.ToString() == "LoggerMessage")
            .Select(attribute => (project.Name, Id(attribute), attribute))),
    ];

    [Test]
    public void Event_ids_are_unique()
    {
        Assert.That(s_events, Is.Not.Empty);
        var repeated = s_events.GroupBy(e => e.Id).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(e => SourceProject.Place(e.Attribute)))}");
        Assert.That(repeated, Is.Empty);
    }

    [Test]
    public void Event_ids_are_in_the_range_of_their_project()
    {
        var outside = s_events.Where(e => !s_ranges.TryGetValue(e.Project, out var first) || e.Id < first || e.Id > first + 999)
            .Select(e => $"{e.Id}: {SourceProject.Place(e.Attribute)}");
        Assert.That(outside, Is.Empty);
    }

    [Test]
    public void Log_messages_are_in_events_files()
    {
        var elsewhere = s_events.Select(e => e.Attribute.SyntaxTree.FilePath).Distinct()
            .Where(path => !path.EndsWith("Events.cs", StringComparison.Ordinal));
        Assert.That(elsewhere, Is.Empty);
    }

    private static int Id(AttributeSyntax attribute)
    {
        var arguments = attribute.ArgumentList!.Arguments;
        var id = arguments.FirstOrDefault(argument => argument.NameEquals?.Name.ToString() == "EventId") ?? arguments[0];
        Assert.That(id.Expression, Is.InstanceOf<LiteralExpressionSyntax>(),
            $"{SourceProject.Place(attribute)}: an event id is written as a number");
        return (int)((LiteralExpressionSyntax)id.Expression).Token.Value!;
    }
}
