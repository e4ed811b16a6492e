using System.Reflection;
using System.Text.RegularExpressions;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Metadata;
using KafkaSharp.Network;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Storage.Configs;

namespace KafkaSharp.Architecture.Tests;

/// <summary>Every declared key is used. A key that nothing reads would be accepted and have no effect.</summary>
internal sealed class ConfigurationReaderTests
{
    [TestCase(typeof(BrokerConfigs))]
    [TestCase(typeof(NetworkConfigs))]
    [TestCase(typeof(BrokerLogConfigs))]
    [TestCase(typeof(LogManagerConfigs))]
    [TestCase(typeof(RaftConfigs))]
    [TestCase(typeof(MetadataConfigs))]
    [TestCase(typeof(GroupConfigs))]
    [TestCase(typeof(ConsumerGroupConfigs))]
    public void Every_declared_broker_key_has_a_reader(Type configs)
    {
        var keys = configs.GetMembers(BindingFlags.Public | BindingFlags.Static).Where(IsKey).Select(member => member.Name).ToList();
        Assert.That(keys, Is.Not.Empty);
        var files = Repository.Files("src", "*.cs").ToDictionary(path => path, path => Code(path, configs.Name));
        var own = files.Single(file => file.Key.EndsWith($"/{configs.Name}.cs", StringComparison.Ordinal));
        var others = string.Join(
            '\n', files.Where(file => file.Key != own.Key && file.Value.Contains(configs.Name, StringComparison.Ordinal))
                .Select(file => file.Value));
        var unread = keys.Where(
            key => !Regex.IsMatch(others, $@"\b{configs.Name}\.{key}\b") && !Regex.IsMatch(own.Value, $@"(?<!\.)\b{key}\b"));
        Assert.That(unread, Is.Empty);
    }

    private static bool IsKey(MemberInfo member) => member switch
    {
        FieldInfo field => field.FieldType.IsAssignableTo(typeof(ConfigKey)),
        PropertyInfo property => property.PropertyType.IsAssignableTo(typeof(ConfigKey)),
        _ => false,
    };

    // Without comments and, in the class itself, without declarations and the list of all: every remaining occurrence of a key's name is a
    // use.
    private static string Code(string path, string className)
    {
        var text = Regex.Replace(File.ReadAllText(Path.Combine(Repository.Root, path)), "//.*", "");
        if (!path.EndsWith($"/{className}.cs", StringComparison.Ordinal))
            return text;
        text = Regex.Replace(text, @"ConfigKey<[^=;(]+>\s+\w+(?=\s*(\{ get; \}\s*)?=)", "");
        return Regex.Replace(text, @"IReadOnlyList<ConfigKey> All[^;]+; \}\s*=[^;]*;", "");
    }
}
