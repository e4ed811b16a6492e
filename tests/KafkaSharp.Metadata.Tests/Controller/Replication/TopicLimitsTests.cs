using KafkaSharp.Metadata.Controller.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using NUnit.Framework.Constraints;

namespace KafkaSharp.Metadata.Tests.Controller.Replication;

/// <summary>Codes and messages are those of Kafka 4.3.1's ReplicationControlManager and ControllerApis.</summary>
internal sealed class TopicLimitsTests
{
    private ControllerHarness _harness = null!;

    private static Constraint TooLarge => Throws.TypeOf<StateMachineException>()
        .With.Property("ErrorCode").EqualTo(ErrorCode.PolicyViolation)
        .And.Message.EqualTo("Unable to perform excessively large batch operation.");

    private static Constraint TooManyPartitions => Throws.TypeOf<StateMachineException>()
        .With.Property("ErrorCode").EqualTo(ErrorCode.PolicyViolation)
        .And.Message.EqualTo("Excessively large number of partitions per request.");

    [SetUp]
    public void Start()
    {
        _harness = new ControllerHarness();
        _harness.StartBroker(1);
    }

    [Test]
    public void More_than_10_000_partitions_fail_the_whole_request()
    {
        Assert.That(() => Create(("a", 1), ("b", int.MaxValue), ("c", int.MaxValue)), TooManyPartitions);
        Assert.That(() => Create(("a", 1), ("b", 10_000)), TooManyPartitions);
        Assert.That(() => _harness.Managers.TopicCreation.Create(new CreateTopicsRequest { Topics = [Assigned(10_001)] }),
            TooManyPartitions);
    }

    [Test]
    public void More_than_10_000_records_fail_the_whole_request()
    {
        Assert.That(() => Create(("a", 10_000)), TooLarge);
        Assert.That(() => Create(("a", 4_999), ("b", 5_000)), TooLarge);
        Assert.That(Create(("a", 4_999), ("b", 4_999)).Topics.Select(topic => topic.ErrorCode), Is.All.EqualTo(ErrorCode.None));
        Assert.That(_harness.Written, Has.Count.EqualTo(10_000));
    }

    [Test]
    public void Partitions_are_added_up_to_10_000_of_all_topics_of_a_request()
    {
        Create(("a", 1), ("b", 1));
        Assert.That(() => Grow(("a", int.MaxValue), ("b", int.MaxValue)), TooLarge);
        Assert.That(() => Grow(("a", 5_001), ("b", 5_002)), TooLarge);
        Assert.That(Grow(("a", 5_001), ("b", 5_001), ("none", int.MaxValue)).Results.Select(topic => topic.ErrorCode),
            Is.EqualTo(new[] { ErrorCode.None, ErrorCode.None, ErrorCode.UnknownTopicOrPartition }));
    }

    [Test]
    public void More_than_10_000_reassignments_fail_the_whole_request()
    {
        _harness.StartBroker(2);
        Create(("a", 9_999));
        Grow(("a", 10_001));
        var request = new AlterPartitionReassignmentsRequest
        {
            Topics = [new() { Name = "a", Partitions = [.. Enumerable.Range(0, 10_001).Select(id => Reassigned(id))] }],
        };
        Assert.That(() => _harness.Managers.Reassignments.Alter(request), TooLarge);
        request.Topics[0].Partitions.RemoveAt(0);
        Assert.That(_harness.Managers.Reassignments.Alter(request).Records, Has.Count.EqualTo(10_000));

        static AlterPartitionReassignmentsRequest.ReassignablePartition Reassigned(int id) =>
            new() { PartitionIndex = id, Replicas = [1, 2] };
    }

    [Test]
    public void What_is_to_be_deleted_twice_is_not_deleted()
    {
        Create(("a", 1), ("b", 1), ("c", 1), ("d", 1));
        var topics = _harness.Image.Topics;
        var (a, b, c, d) = (topics.Topic("a")!.Id, topics.Topic("b")!.Id, topics.Topic("c")!.Id, topics.Topic("d")!.Id);
        var response = Delete(
            ("a", default), ("a", default), ("b", default), (null, b), (null, c), (null, c), ("d", default), (null, default), ("d", d));
        Assert.That(response.Responses.Select(r => (r.Name, r.TopicId, r.ErrorCode, r.ErrorMessage)), Is.EquivalentTo(new[]
        {
            (null, default, ErrorCode.InvalidRequest, "Neither topic name nor id were specified."),
            ("d", d, ErrorCode.InvalidRequest, "You may not specify both topic name and topic id."),
            ("a", default, ErrorCode.InvalidRequest, "Duplicate topic name."),
            ("b", b, ErrorCode.InvalidRequest, "The provided topic name maps to an ID that was already supplied."),
            (null, c, ErrorCode.InvalidRequest, "Duplicate topic id."),
            ("d", d, ErrorCode.None, (string?)null),
        }));
        Assert.That(_harness.Image.Topics.ById.Values.Select(topic => topic.Name), Is.EquivalentTo(new[] { "a", "b", "c" }));
        Assert.That(_harness.Log.Lines, Has.Member($"Deleting topic d with id {d}.").And.Member(
            $"Creating topic d with id {d} and 1 partition(s)."));
        Assert.That(_harness.Managers.TopicDeletion.Delete(new DeleteTopicsRequest { TopicNames = ["a"] }).IsAtomic);
        Assert.That(a, Is.Not.EqualTo(b));
    }

    private CreateTopicsResponse Create(params (string Name, int Partitions)[] topics) =>
        _harness.Run(_harness.Managers.TopicCreation.Create(new CreateTopicsRequest
        {
            Topics =
            [
                .. topics.Select(topic => new CreateTopicsRequest.CreatableTopic
                {
                    Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = 1,
                }),
            ],
        }));

    private CreatePartitionsResponse Grow(params (string Name, int Count)[] topics) =>
        _harness.Run(_harness.Managers.PartitionCreation.Create(new CreatePartitionsRequest
        {
            Topics =
            [
                .. topics.Select(topic => new CreatePartitionsRequest.CreatePartitionsTopic
                {
                    Name = topic.Name, Count = topic.Count, Assignments = null,
                }),
            ],
        }));

    private DeleteTopicsResponse Delete(params (string? Name, Uuid Id)[] topics) =>
        _harness.Run(_harness.Managers.TopicDeletion.Delete(new DeleteTopicsRequest
        {
            Topics = [.. topics.Select(topic => new DeleteTopicsRequest.DeleteTopicState { Name = topic.Name, TopicId = topic.Id })],
        }));

    private static CreateTopicsRequest.CreatableTopic Assigned(int partitions) => new()
    {
        Name = "a",
        NumPartitions = -1,
        ReplicationFactor = -1,
        // No such broker: were it looked at, that would be the response.
        Assignments =
        [
            .. Enumerable.Range(0, partitions)
                .Select(id => new CreateTopicsRequest.CreatableReplicaAssignment { PartitionIndex = id, BrokerIds = [9] }),
        ],
    };
}
