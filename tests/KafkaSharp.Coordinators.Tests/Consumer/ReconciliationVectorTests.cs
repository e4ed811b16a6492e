using System.Text.Json.Nodes;
using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>One step of a member beside Kafka's own.</summary>
internal sealed class ReconciliationVectorTests
{
    [Test]
    public void A_step_of_a_member_is_that_of_Kafka()
    {
        var checkedLines = 0;
        Assert.Multiple(() =>
        {
            foreach (var line in Lines())
            {
                checkedLines++;
                var member = Member(line["member"]!);
                var next = Step(line, member);
                var why = $"case {line["case"]}";
                if (line["result"] is not { } expected)
                {
                    Assert.That(next, Is.Null, why);
                    continue;
                }
                Assert.That(next, Is.Not.Null, why);
                Assert.That(ReferenceEquals(next, member), Is.EqualTo((bool)expected["unchanged"]!), why);
                Assert.That(next!.State, Is.EqualTo(State(expected)), why);
                Assert.That(next.MemberEpoch, Is.EqualTo((int)expected["memberEpoch"]!), why);
                Assert.That(next.PreviousMemberEpoch, Is.EqualTo((int)expected["previousMemberEpoch"]!), why);
                Assert.That(next.Assigned.IsSameAs(Owned(expected["assigned"])), why);
                Assert.That(next.PendingRevocation.IsSameAs(Owned(expected["pendingRevocation"])), why);
            }
        });
        Assert.That(checkedLines, Is.EqualTo(900));
    }

    private static IEnumerable<JsonNode> Lines() => TestInfrastructure.Vectors.Lines("decisions.jsonl.gz")
        .Select(line => JsonNode.Parse(line)!)
        .Where(line => (string?)line["kind"] == "reconcile");

    private static ConsumerGroupMember? Step(JsonNode line, ConsumerGroupMember member)
    {
        var target = line["target"]!;
        var owners = line["currentPartitionEpoch"]!.AsObject();
        return new Reconciliation(member, (int)target["epoch"]!, Assignment.FromRecord(target["partitions"]!.AsObject()
            .Select(topic => new TopicPartitions(Id(topic.Key), Partitions(topic.Value)))))
        {
            IsSubscribed = topicId => member.SubscribedTopics.Any(name => Id(name) == topicId),
            HasNoSubscription = member.SubscribedTopics.Count == 0,
            IsOwned = (topicId, partition) => owners.Any(owner => owner.Key == $"t{topicId.LeastSignificantBits}-{partition}"),
            HasSubscriptionChanged = (bool)line["hasSubscriptionChanged"]!,
            Reported = line["owned"] is JsonObject owned
                ? [.. owned.Select(topic => new ConsumerGroupHeartbeatRequest.TopicPartitionsData
                {
                    TopicId = Id(topic.Key), Partitions = [.. Partitions(topic.Value)],
                })]
                : null,
        }.Next();
    }

    private static ConsumerGroupMember Member(JsonNode json) => new("member")
    {
        State = State(json),
        MemberEpoch = (int)json["memberEpoch"]!,
        PreviousMemberEpoch = (int)json["previousMemberEpoch"]!,
        SubscribedTopics = json["subscribedTopicNames"]!.AsArray().Select(name => (string)name!).ToHashSet(),
        Assigned = Owned(json["assigned"]),
        PendingRevocation = Owned(json["pendingRevocation"]),
    };

    private static MemberState State(JsonNode json) =>
        Enum.Parse<MemberState>(((string)json["state"]!).Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static OwnedPartitions Owned(JsonNode? json) => OwnedPartitions.Of(json!.AsObject().Select(topic => new TopicEpochs(
        Id(topic.Key), topic.Value!.AsObject().ToDictionary(entry => int.Parse(entry.Key), entry => (int)entry.Value!))));

    private static int[] Partitions(JsonNode? json) => [.. json!.AsArray().Select(partition => (int)partition!)];

    private static Uuid Id(string topic) => new(1, int.Parse(topic[1..]));
}
