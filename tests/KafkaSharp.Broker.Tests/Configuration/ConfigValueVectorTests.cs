using System.Text.Json;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Storage.Configs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Configuration;

/// <summary>Runs every line of config-values.jsonl.gz, Kafka's own results, through the declarations of keys.</summary>
[TestFixture]
internal sealed class ConfigValueVectorTests
{
    private const string Duplicated = "values must not be duplicated.";

    [TestCase("broker")]
    [TestCase("topic")]
    [TestCase("group")]
    [TestCase("clientMetrics")]
    public void What_a_key_takes_and_refuses_is_what_Kafka_takes_and_refuses(string scope)
    {
        var lines = 0;
        var wrong = new List<string>();
        foreach (var line in Lines(scope))
        {
            lines++;
            var (name, text) = (line.GetProperty("name").GetString()!, line.GetProperty("value").GetString()!);
            var key = Key(scope, name);
            Assert.That(key, Is.Not.Null, name);
            var ours = Result(key!, text);
            var kafkas = line.GetProperty(line.GetProperty("ok").GetBoolean() ? "parsed" : "message").GetString();
            // The lines are results of the validation alone. Before it, the broker removes repeated items from a list.
            if (kafkas!.EndsWith(Duplicated, StringComparison.Ordinal))
                kafkas = OfDistinct(key!, text);
            if (key!.Type == ConfigType.Password)
                ours = "[hidden]";
            if (ours != kafkas)
                wrong.Add($"{name}='{text}': {ours}; Kafka: {kafkas}");
        }
        Assert.That(lines, Is.GreaterThan(50));
        Assert.That(wrong, Is.Empty, $"{wrong.Count} of {lines}:\n{string.Join('\n', wrong.Take(50))}");
    }

    private static ConfigKey? Key(string scope, string name) => scope switch
    {
        "topic" => TopicConfigs.Schema.Find(name),
        "group" => ResourceConfigs.Groups.Find(name),
        "clientMetrics" => ResourceConfigs.ClientMetrics.Find(name),
        _ => BrokerSchema.Find(name),
    };

    private static string Result(ConfigKey key, string text)
    {
        try
        {
            return key.Format(key.ParseObject(text)) ?? "";
        }
        catch (ConfigException e)
        {
            return e.Message;
        }
    }

    private static string OfDistinct(ConfigKey key, string text)
    {
        var items = text.Split(',').Distinct().ToArray();
        return items is [""] ? $"Configuration '{key.Name}' values must not be empty." : Result(key, string.Join(',', items));
    }

    private static IEnumerable<JsonElement> Lines(string scope) => Vectors.Lines("config-values.jsonl.gz")
        .Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.GetProperty("scope").GetString() == scope);
}
