using System.Text;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Storage.Configs;

namespace KafkaSharp.Architecture.Tests;

/// <summary>docs/configuration.md lists the keys as they are declared, and every declared key is one of Kafka's.</summary>
internal sealed class ConfigurationDocumentTests
{
    [Test]
    public void The_document_lists_what_is_declared()
    {
        var text = new StringBuilder()
            .AppendLine("# Configuration")
            .AppendLine()
            .AppendLine(GeneratedDocument.Notice)
            .AppendLine()
            .AppendLine("A key is set in the file that `--config` names, or with `--override KEY=VALUE`. *Changes*: whether it can be " +
                "altered while the broker")
            .AppendLine("runs: for one broker, for the cluster, or not at all (–).")
            .AppendLine()
            .AppendLine("## Broker");
        AppendTable(text, BrokerSchema.Instance.Keys);
        text.AppendLine()
            .AppendLine("## Topic")
            .AppendLine("Set when a topic is created, or altered at any time.");
        AppendTable(text, TopicConfigs.Schema.Keys);
        var inactive = KnownBrokerConfigs.All.Where(key => BrokerSchema.Instance.Find(key.Name) is null).Select(key => $"`{key.Name}`");
        text.AppendLine()
            .AppendLine("## Known, without effect")
            .AppendLine("Keys of Apache Kafka 4.3 that are accepted and described with their defaults, and that nothing acts on. One " +
                "that is set is named at start.")
            .AppendLine()
            .AppendJoin(",\n", inactive.Order(StringComparer.Ordinal))
            .AppendLine();
        GeneratedDocument.Verify("configuration.md", text.Replace("\r\n", "\n").ToString());
    }

    [Test]
    public void Every_declared_broker_key_is_one_of_Kafkas()
    {
        Assert.That(BrokerSchema.Instance.Keys.Where(key => KnownBrokerConfigs.Find(key.Name) is null).Select(key => key.Name), Is.Empty);
    }

    [Test]
    public void Every_declared_broker_key_has_Kafkas_type_default_and_update_mode()
    {
        var different = BrokerSchema.Instance.Keys
            .Select(key => (Declared: key, Known: KnownBrokerConfigs.Find(key.Name)!))
            .Where(pair => pair.Known is not null && Facts(pair.Declared) != Facts(pair.Known))
            .Select(pair => $"{pair.Declared.Name}: {Facts(pair.Declared)}, in Kafka {Facts(pair.Known)}");
        Assert.That(different, Is.Empty);

        // A default may be written as 1.0E-4 or 0.0001: it is compared as the value it is.
        static string Facts(ConfigKey key) =>
            $"{key.Type} {key.UpdateMode} {(key.DefaultText is null ? "none" : key.Format(key.ParseObject(key.DefaultText)))}";
    }

    private static void AppendTable(StringBuilder text, IEnumerable<ConfigKey> keys)
    {
        text.AppendLine().AppendLine("| key | type | default | changes | what it does |").AppendLine("|---|---|---|---|---|");
        foreach (var key in keys)
        {
            var changes = key.UpdateMode switch
            {
                ConfigUpdateMode.ClusterWide => "cluster",
                ConfigUpdateMode.PerBroker => "broker",
                _ => "–",
            };
            var @default = key.DefaultText switch
            {
                null => "none",
                "" => "empty",
                var value => $"`{value}`",
            };
            var allowed = key.AllowedText is null ? "" : $" Allowed: {key.AllowedText}.";
            var cell = $"{key.Documentation}{allowed}".Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
            text.AppendLine($"| `{key.Name}` | {key.Type.ToString().ToLowerInvariant()} | {@default} | {changes} | {cell} |");
        }
    }
}
