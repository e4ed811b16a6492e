using System.Text.Json;
using KafkaSharp.Http.Control;
using KafkaSharp.Http.Routing;
using KafkaSharp.Protocol;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Faults;

namespace KafkaSharp.Http.Tests.Control;

/// <summary>The document describes what is served, no more and no less.</summary>
internal sealed class OpenApiTests
{
    [Test]
    public async Task Every_route_is_described_and_everything_described_is_a_route()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        using var api = new ControlApi(kafka, null);
        var served = api.Routes.Select(route => $"{route.Method} {route.Template}");
        var described = OpenApi.Paths.EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"));
        Assert.That(described, Is.EquivalentTo(served));
    }

    [Test]
    public async Task Parameters_of_paths_and_queries_are_described()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        using var api = new ControlApi(kafka, null);
        foreach (var route in api.Routes)
        {
            var parts = route.Template.Split('/').Where(part => part.StartsWith('{')).Select(part => part[1..^1]);
            Assert.That(Described(route, "path"), Is.EqualTo(parts));
            Assert.That(Described(route, "query"), Is.EquivalentTo(route.Parameters), route.Template);
        }
    }

    [Test]
    public void References_lead_somewhere_and_every_schema_is_used()
    {
        var schemas = OpenApi.Document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name);
        Assert.That(References(OpenApi.Document).Distinct(), Is.EquivalentTo(schemas));
        Assert.That(OpenApi.Document.GetProperty("openapi").GetString(), Does.StartWith("3.1"));
    }

    [Test]
    public void The_actions_are_those_of_fault_plans()
    {
        var schema = OpenApi.Document.GetProperty("components").GetProperty("schemas").GetProperty("FaultAction");
        Assert.That(schema.GetProperty("enum").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(FaultPlan.Actions));
        Assert.That(FaultPlan.Actions.Where(name => !schema.GetProperty("description").GetString()!.Contains(name)), Is.Empty);
    }

    [Test]
    public void A_fault_with_everything_is_described()
    {
        var fault = new Fault(FaultAction.Respond(ErrorCode.NotCoordinator))
        {
            Api = ApiKey.Produce, ClientId = "c", Topic = "t", Partition = 1, Group = "g", Skip = 1, Count = 1, Probability = 0.5, Seed = 3,
        };
        FaultAction[] actions =
        [
            FaultAction.SlowResponses(TimeSpan.FromSeconds(1)),
            FaultAction.TearResponse(1),
            FaultAction.Delay(TimeSpan.FromSeconds(1)),
            FaultAction.FailDisk(Storage.FileSystem.FileOperation.SetLength),
        ];
        var plan = new FaultPlan([fault, .. actions.Select(action => new Fault(action))]).ToJson();
        var schema = OpenApi.Document.GetProperty("components").GetProperty("schemas").GetProperty("FaultPlan");
        Assert.That(OpenApi.FaultsOf(JsonDocument.Parse(plan).RootElement, schema, "$"), Is.Empty);
    }

    private static IEnumerable<string> Described(Route route, string place) =>
        OpenApi.Paths.GetProperty(route.Template).GetProperty(route.Method.ToLowerInvariant()).TryGetProperty("parameters", out var list)
            ? list.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == place)
                .Select(parameter => parameter.GetProperty("name").GetString()!)
            : [];

    private static IEnumerable<string> References(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(field =>
            field.Name == "$ref" ? [field.Value.GetString()!.Split('/')[^1]] : References(field.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
