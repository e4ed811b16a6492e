using System.Text.Json;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Raft.Tests.Configuration;

[TestFixture]
public sealed class RaftConfigsTests
{
    [Test]
    public void Every_key_has_the_type_and_default_that_Kafka_gives_it()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Vectors.Find("configs.json")));
        var kafka = document.RootElement.GetProperty("broker").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        Assert.Multiple(() =>
        {
            foreach (var key in RaftConfigs.All)
            {
                Assert.That(kafka.ContainsKey(key.Name), key.Name);
                Assert.That(key.Type.ToString().ToUpperInvariant(), Is.EqualTo(kafka[key.Name].GetProperty("type").GetString()), key.Name);
                Assert.That(key.DefaultText, Is.EqualTo(kafka[key.Name].GetProperty("default").GetString()), key.Name);
            }
        });
    }
}
