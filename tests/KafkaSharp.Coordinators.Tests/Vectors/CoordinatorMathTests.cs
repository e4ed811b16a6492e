using KafkaSharp.Coordinators.Runtime;
using System.Text.Json;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Vectors;

internal sealed class CoordinatorMathTests
{
    [Test]
    public void A_group_is_kept_in_the_partition_that_Kafka_chooses()
    {
        var checkedLines = 0;
        foreach (var line in TestInfrastructure.Vectors.Lines("coordinator-math.jsonl.gz"))
        {
            var json = JsonDocument.Parse(line).RootElement;
            if (json.GetProperty("kind").GetString() != "coordinator")
                continue;
            checkedLines++;
            var id = json.GetProperty("id").GetString()!;
            Assert.That(JavaString.HashCode(id), Is.EqualTo(json.GetProperty("javaHashCode").GetInt32()), id);
            foreach (var partition in json.GetProperty("partition").EnumerateObject())
                Assert.That(JavaString.PartitionFor(id, int.Parse(partition.Name)), Is.EqualTo(partition.Value.GetInt32()), id);
        }
        Assert.That(checkedLines, Is.EqualTo(57));
    }
}
