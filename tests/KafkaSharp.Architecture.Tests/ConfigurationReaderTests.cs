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

/// <summary>A key that is declared is acted on: one that nothing reads would be taken without a word and change nothing.</summary>
sealed class ConfigurationReaderTests
{
    [TestCase(typeof(BrokerConfigs))]
    [TestCase(typeof(NetworkConfigs))]
    [TestCase(typeof(BrokerLogConfigs))]
    [TestCase(typeof(LogManagerConfigs))]
    [TestCase(typeof(RaftConfigs))]
    [TestCase(typeof(MetadataConfigs))]
    [TestCase(typeof(GroupConfigs))]
    public void Every_declared_broker_key_has_a_reader(Type room)
    {
        var keys = room.GetMembers(BindingFlags.Public | BindingFlags.Static).Where(IsKey).Select(member => member.Name).ToList();
        Assert.That(keys, Is.Not.Empty);
        var files = Repository.Files("src", "*.cs").ToDictionary(path => path, path => Code(path, room.Name));
        var own = files.Single(file => file.Key.EndsWith($"/{room.Name}.cs", StringComparison.Ordinal));
        var others = string.Join('\n', files.Where(file => file.Key != own.Key && file.Value.Contains(room.Name, StringComparison.Ordinal)).Select(file => file.Value));
        var unread = keys.Where(key => !Regex.IsMatch(others, $@"\b{room.Name}\.{key}\b") && !Regex.IsMatch(own.Value, $@"(?<!\.)\b{key}\b"));
        Assert.That(unread, Is.Empty);
    }

    private static bool IsKey(MemberInfo member) => member switch
    {
        FieldInfo field => field.FieldType.IsAssignableTo(typeof(ConfigKey)),
        PropertyInfo property => property.PropertyType.IsAssignableTo(typeof(ConfigKey)),
        _ => false,
    };

    // Without comments and, in the room itself, without declarations and the list of all: what is left of a key's name is a use of it.
    private static string Code(string path, string room)
    {
        var text = Regex.Replace(File.ReadAllText(Path.Combine(Repository.Root, path)), "//.*", "");
        if (!path.EndsWith($"/{room}.cs", StringComparison.Ordinal))
            return text;
        text = Regex.Replace(text, @"ConfigKey<[^=;(]+>\s+\w+(?=\s*(\{ get; \}\s*)?=)", "");
        return Regex.Replace(text, @"IReadOnlyList<ConfigKey> All[^;]+; \}\s*=[^;]*;", "");
    }
}
