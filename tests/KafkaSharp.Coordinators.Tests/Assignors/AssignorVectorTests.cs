using System.Text.Json.Nodes;
using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Assignors;

/// <summary>The assignors beside Kafka's own: new groups, groups without a change, members that join and leave, topics that grow.</summary>
internal sealed class AssignorVectorTests
{
    [TestCase("uniform", ExpectedResult = 620)]
    [TestCase("range", ExpectedResult = 620)]
    public int An_assignment_is_that_of_Kafka(string assignor)
    {
        IPartitionAssignor subject = assignor == "uniform" ? new UniformAssignor() : new RangeAssignor();
        var checkedLines = 0;
        Assert.Multiple(() =>
        {
            foreach (var line in Lines(assignor))
            {
                checkedLines++;
                var input = Input(line);
                var assigned = subject.Assign(input);
                for (var i = 0; i < assigned.Length; i++)
                {
                    var expected = Assignment(line, line["assignment"]![input.Members[i].MemberId]);
                    Assert.That(
                        assigned[i].IsSameAs(expected),
                        $"set {line["set"]} {line["step"]} {line["subscriptionType"]}, {input.Members[i].MemberId}: {Text(assigned[i])} "
                        + $"instead of {Text(expected)}");
                }
            }
        });
        return checkedLines;
    }

    private static IEnumerable<JsonNode> Lines(string assignor) => TestInfrastructure.Vectors.Lines("coordinator-math.jsonl.gz")
        .Select(line => JsonNode.Parse(line)!)
        .Where(line => (string?)line["kind"] == "assignor" && (string?)line["assignor"] == assignor);

    private static AssignorInput Input(JsonNode line)
    {
        AssignorMember[] members =
        [
            .. line["members"]!.AsArray().Select(member => new AssignorMember(
                (string)member!["id"]!, (string?)member["instanceId"],
                [.. member["subscribed"]!.AsArray().Select(name => (string)name!).Where(name => Find(line, name) is not null)
                    .Select(name => Id(line, name))],
                Assignment(line, member["current"]))),
        ];
        return new AssignorInput(
            members, (string)line["subscriptionType"]! == "HOMOGENEOUS",
            line["topics"]!.AsArray().ToDictionary(topic => Uuid.Parse((string)topic!["id"]!), topic => (int)topic!["partitions"]!));
    }

    private static Assignment Assignment(JsonNode line, JsonNode? topics) => Coordinators.Assignors.Assignment.FromRecord(
        (topics?.AsObject() ?? []).Select(topic => new TopicPartitions(
            Id(line, topic.Key), [.. topic.Value!.AsArray().Select(partition => (int)partition!)])));

    private static JsonNode? Find(JsonNode line, string topic) =>
        line["topics"]!.AsArray().FirstOrDefault(candidate => (string)candidate!["name"]! == topic);

    private static Uuid Id(JsonNode line, string topic) => Uuid.Parse((string)Find(line, topic)!["id"]!);

    private static string Text(Assignment assignment) => string.Join(
        ' ', assignment.Topics.Select(topic => $"{topic.TopicId}-[{string.Join(',', topic.Partitions)}]"));
}
