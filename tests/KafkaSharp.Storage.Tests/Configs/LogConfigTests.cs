using System.Text.Json;
using KafkaSharp.Configuration;
using KafkaSharp.Storage.Configs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Configs;

public sealed class LogConfigTests
{
    private static readonly ConfigSchema BrokerSchema = new([.. BrokerLogConfigs.All, .. LogManagerConfigs.All]);

    [Test]
    public void Every_topic_config_of_kafka_is_declared_with_its_type_default_and_range()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Vectors.Find("configs.json")));
        AssertDeclared(json.RootElement.GetProperty("topic"), TopicConfigs.Schema, all: true);
    }

    [Test]
    public void Broker_keys_have_their_type_default_range_and_update_mode()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Vectors.Find("configs.json")));
        AssertDeclared(json.RootElement.GetProperty("broker"), BrokerSchema, all: false);
    }

    [Test]
    public void Synonyms_are_kafkas()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Vectors.Find("configs.json")));
        Assert.Multiple(() =>
        {
            foreach (var entry in json.RootElement.GetProperty("topic").EnumerateArray())
            {
                var name = entry.GetProperty("name").GetString()!;
                var expected = entry.TryGetProperty("allServerSynonyms", out var synonyms)
                    ? synonyms.EnumerateArray().Select(synonym => synonym.GetProperty("name").GetString()) : [];
                Assert.That(BrokerLogConfigs.SynonymsOf(name).Select(key => key.Name), Is.EqualTo(expected), name);
            }
        });
    }

    [Test]
    public void Configs_together_are_validated_as_kafka_does()
    {
        var checkedLines = 0;
        foreach (var line in Vectors.Lines("config-values.jsonl.gz"))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (root.GetProperty("scope").GetString() != "topicTogether")
                continue;
            checkedLines++;
            var configs = root.GetProperty("configs").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
            if (root.GetProperty("ok").GetBoolean())
                Assert.That(() => LogConfig.Validate(configs), Throws.Nothing, line);
            else
                Assert.That(() => LogConfig.Validate(configs),
                    Throws.TypeOf<ConfigException>().With.Message.EqualTo(root.GetProperty("message").GetString()), line);
        }
        Assert.That(checkedLines, Is.EqualTo(62));
    }

    [Test]
    public void Topic_configs_win_over_broker_defaults_and_finer_units_over_coarser()
    {
        var broker = ConfigValues.Parse(BrokerSchema, new Dictionary<string, string>
        {
            ["log.retention.hours"] = "1", ["log.retention.minutes"] = "5", ["log.segment.bytes"] = "2000000", ["log.roll.hours"] = "2",
        });
        var defaults = BrokerLogConfigs.TopicDefaults(broker);
        var config = LogConfig.From(
            defaults, new Dictionary<string, string> { ["segment.bytes"] = "3000000", ["cleanup.policy"] = "compact" });
        Assert.Multiple(() =>
        {
            Assert.That(config.RetentionMs, Is.EqualTo(300_000));
            Assert.That(config.SegmentMs, Is.EqualTo(7_200_000));
            Assert.That(config.SegmentSize, Is.EqualTo(3_000_000));
            Assert.That(config.IsCompact, Is.True);
            Assert.That(config.IsDelete, Is.False);
            Assert.That(LogConfig.From(defaults, new Dictionary<string, string> { ["internal.segment.bytes"] = "100" }).SegmentSize,
                Is.EqualTo(100));
            Assert.That(LogConfig.Default.RetentionMs, Is.EqualTo(604_800_000));
        });
    }

    private static void AssertDeclared(JsonElement kafka, ConfigSchema schema, bool all)
    {
        var known = kafka.EnumerateArray().ToDictionary(entry => entry.GetProperty("name").GetString()!);
        if (all)
            Assert.That(schema.Keys.Select(key => key.Name), Is.EquivalentTo(known.Keys));
        Assert.Multiple(() =>
        {
            foreach (var key in schema.Keys)
            {
                var entry = known[key.Name];
                Assert.That(key.Type.ToString().ToUpperInvariant(), Is.EqualTo(entry.GetProperty("type").GetString()), key.Name);
                Assert.That(key.DefaultText, Is.EqualTo(entry.GetProperty("default").GetString()), key.Name);
                if (entry.TryGetProperty("valid", out var valid))
                    Assert.That(key.AllowedText, Is.EqualTo(valid.GetString()), key.Name);
                if (entry.TryGetProperty("updateMode", out var mode))
                    Assert.That(ToKafka(key.UpdateMode), Is.EqualTo(mode.GetString()), key.Name);
            }
        });
    }

    private static string ToKafka(ConfigUpdateMode mode) =>
        mode switch { ConfigUpdateMode.ClusterWide => "cluster-wide", ConfigUpdateMode.PerBroker => "per-broker", _ => "read-only" };
}
