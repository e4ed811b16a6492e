using System.Text.Json;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Metadata;
using KafkaSharp.Network;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Storage.Configs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Configuration;

/// <summary>Compares the table of Kafka's keys and the declarations with configs.json of the genuine broker.</summary>
[TestFixture]
internal sealed class KnownBrokerConfigsTests
{
    private static readonly Lazy<Dictionary<string, (ConfigType Type, ConfigUpdateMode Update, string? Default)>> s_genuine =
        new(ReadGenuine);

    [Test]
    public void The_table_is_the_genuine_one_key_by_key()
    {
        var known = KnownBrokerConfigs.All.ToDictionary(key => key.Name, Facts);

        Assert.That(known.Keys, Is.EquivalentTo(s_genuine.Value.Keys));
        Assert.That(Differences(known), Is.Empty);
    }

    [Test]
    public void What_the_rooms_declare_agrees_with_the_genuine_broker()
    {
        var declared = BrokerSchema.Instance.Keys.Where(key => s_genuine.Value.ContainsKey(key.Name)).ToDictionary(key => key.Name, Facts);

        Assert.That(Differences(declared), Is.Empty);
    }

    [Test]
    public void The_rooms_declare_no_key_that_kafka_does_not_have() =>
        Assert.That(BrokerSchema.Instance.Keys.Select(key => key.Name).Except(s_genuine.Value.Keys), Is.SubsetOf(new[] { "broker.id" }));

    [Test]
    public void No_key_is_declared_twice()
    {
        IEnumerable<ConfigKey>[] declarations =
        [
            BrokerConfigs.All, NetworkConfigs.All, BrokerLogConfigs.All, LogManagerConfigs.All, RaftConfigs.All, MetadataConfigs.All,
            GroupConfigs.All, ConsumerGroupConfigs.All, TransactionConfigs.All,
        ];
        var twice = declarations.SelectMany(keys => keys).GroupBy(key => key.Name).Where(group => group.Count() > 1)
            .Select(group => group.Key);

        Assert.That(twice, Is.Empty);
    }

    private static (ConfigType, ConfigUpdateMode, string?) Facts(ConfigKey key) => (key.Type, key.UpdateMode, key.DefaultText);

    private static List<string> Differences(Dictionary<string, (ConfigType, ConfigUpdateMode, string?)> ours) =>
        [.. ours.Where(entry => entry.Value != s_genuine.Value[entry.Key])
            .Select(entry => $"{entry.Key}: {entry.Value}, genuine {s_genuine.Value[entry.Key]}")];

    private static Dictionary<string, (ConfigType, ConfigUpdateMode, string?)> ReadGenuine()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Vectors.Find("configs.json")));
        return document.RootElement.GetProperty("broker").EnumerateArray().ToDictionary(
            key => key.GetProperty("name").GetString()!,
            key => (
                Enum.Parse<ConfigType>(key.GetProperty("type").GetString()!, ignoreCase: true),
                key.GetProperty("updateMode").GetString() switch
                {
                    "cluster-wide" => ConfigUpdateMode.ClusterWide,
                    "per-broker" => ConfigUpdateMode.PerBroker,
                    _ => ConfigUpdateMode.ReadOnly,
                },
                key.TryGetProperty("default", out var value) ? value.GetString() : null));
    }
}
