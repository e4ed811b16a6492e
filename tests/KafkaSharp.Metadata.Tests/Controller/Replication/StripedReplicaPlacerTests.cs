using System.Text.Json;
using KafkaSharp.Metadata.Controller.Replication;
using KafkaSharp.StateMachines;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Metadata.Tests.Controller.Replication;

internal sealed class StripedReplicaPlacerTests
{
    [Test]
    public void Replicas_lie_where_kafka_puts_them_from_the_same_seed()
    {
        var count = 0;
        foreach (var line in Vectors.Lines("decisions.jsonl.gz"))
        {
            using var json = JsonDocument.Parse(line);
            var decision = json.RootElement;
            if (decision.GetProperty("kind").GetString() != "placer")
                continue;
            count++;
            var placer = new StripedReplicaPlacer(new JavaRandom(decision.GetProperty("javaRandomSeed").GetInt64()));
            var brokers = decision.GetProperty("brokers").EnumerateArray()
                .Select(b => new UsableBroker(
                    b.GetProperty("id").GetInt32(), b.GetProperty("rack").GetString(), b.GetProperty("fenced").GetBoolean()))
                .ToArray();
            var (partitions, replicas) = (decision.GetProperty("numPartitions").GetInt32(), decision.GetProperty("numReplicas").GetInt32());
            if (decision.TryGetProperty("message", out var message))
            {
                Assert.That(
                    () => placer.Place(partitions, replicas, brokers),
                    Throws.TypeOf<StateMachineException>().With.Message.EqualTo(message.GetString()), line);
                continue;
            }
            var expected = decision.GetProperty("assignments").EnumerateArray()
                .Select(assignment => assignment.EnumerateArray().Select(id => id.GetInt32()).ToArray());
            Assert.That(placer.Place(partitions, replicas, brokers), Is.EqualTo(expected), line);
        }
        Assert.That(count, Is.EqualTo(120));
    }
}
