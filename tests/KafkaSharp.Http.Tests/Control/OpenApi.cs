using System.Text.Json;
using KafkaSharp.Http.Control;
using KafkaSharp.Http.Routing;

namespace KafkaSharp.Http.Tests.Control;

/// <summary>The OpenAPI document, and whether a response is what it says.</summary>
internal static class OpenApi
{
    public static JsonElement Document { get; } = JsonDocument.Parse(ControlApi.Document).RootElement;

    public static JsonElement Paths => Document.GetProperty("paths");

    /// <summary>The faults of a response to a route; none if it is as described.</summary>
    public static IEnumerable<string> FaultsOf(Route route, HttpResponse response)
    {
        var responses = Paths.GetProperty(route.Template).GetProperty(route.Method.ToLowerInvariant()).GetProperty("responses");
        if (!responses.TryGetProperty($"{response.Status}", out var described) && !responses.TryGetProperty("default", out described))
            return [$"status {response.Status} is not described"];
        if (!described.TryGetProperty("content", out var content))
            return response.Body.IsEmpty ? [] : ["a body is not described"];
        if (response.ContentType is null || !content.TryGetProperty(response.ContentType, out var type))
            return [$"content type {response.ContentType} is not described"];
        return FaultsOf(JsonDocument.Parse(response.Body).RootElement, type.GetProperty("schema"), "$");
    }

    /// <summary>The part of JSON Schema that the document uses.</summary>
    public static IEnumerable<string> FaultsOf(JsonElement json, JsonElement schema, string place)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            schema = Document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            if (choices.EnumerateArray().Count(choice => !FaultsOf(json, choice, place).Any()) != 1)
                yield return $"{place} is not exactly one of the choices: {json}";
        }
        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(value => value.GetString() == json.GetString()))
            yield return $"{place} is {json}, not one of {values}";
        if (schema.TryGetProperty("type", out var type) && !TypesOf(type).Contains(TypeOf(json)) && !IsWhole(type, json))
            yield return $"{place} is {json}, not {type}";
        if (schema.TryGetProperty("items", out var items) && json.ValueKind == JsonValueKind.Array)
        {
            foreach (var fault in json.EnumerateArray().SelectMany((item, i) => FaultsOf(item, items, $"{place}[{i}]")))
                yield return fault;
        }
        if (schema.TryGetProperty("properties", out var properties) && json.ValueKind == JsonValueKind.Object)
        {
            foreach (var fault in FaultsOfFields(json, schema, properties, place))
                yield return fault;
        }
    }

    private static IEnumerable<string> FaultsOfFields(JsonElement json, JsonElement schema, JsonElement properties, string place)
    {
        foreach (var field in json.EnumerateObject())
        {
            if (!properties.TryGetProperty(field.Name, out var described))
                yield return $"{place}.{field.Name} is not described";
            else
            {
                foreach (var fault in FaultsOf(field.Value, described, $"{place}.{field.Name}"))
                    yield return fault;
            }
        }
        foreach (var required in schema.GetProperty("required").EnumerateArray())
        {
            if (!json.TryGetProperty(required.GetString()!, out _))
                yield return $"{place}.{required} is missing";
        }
    }

    private static bool IsWhole(JsonElement type, JsonElement json) =>
        type.ToString() == "integer" && json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out _);

    private static IEnumerable<string> TypesOf(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static string TypeOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
