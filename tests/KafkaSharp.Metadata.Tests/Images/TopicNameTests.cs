using System.Text.Json;
using KafkaSharp.Metadata.Images;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Metadata.Tests.Images;

internal sealed class TopicNameTests
{
    [Test]
    public void Names_are_judged_as_kafka_judges_them()
    {
        var count = 0;
        foreach (var line in Vectors.Lines("coordinator-math.jsonl.gz"))
        {
            using var json = JsonDocument.Parse(line);
            var row = json.RootElement;
            switch (row.GetProperty("kind").GetString())
            {
                case "topicName":
                    var name = row.GetProperty("name").GetString()!;
                    var message = row.TryGetProperty("message", out var text) ? text.GetString() : null;
                    Assert.That(TopicName.Invalid(name), Is.EqualTo(message));
                    Assert.That(TopicName.IsInternal(name), Is.EqualTo(row.GetProperty("internal").GetBoolean()), name);
                    Assert.That(TopicName.HasCollisionChars(name), Is.EqualTo(row.GetProperty("hasCollisionChars").GetBoolean()), name);
                    Assert.That(TopicName.Unified(name), Is.EqualTo(row.GetProperty("unified").GetString()));
                    count++;
                    break;
                case "topicCollision":
                    var collides =
                        TopicName.Unified(row.GetProperty("a").GetString()!) == TopicName.Unified(row.GetProperty("b").GetString()!);
                    Assert.That(collides, Is.EqualTo(row.GetProperty("collides").GetBoolean()), line);
                    count++;
                    break;
            }
        }
        Assert.That(count, Is.EqualTo(134));
    }
}
