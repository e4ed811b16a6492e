using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Assignors;

/// <summary>Rules that every assignment keeps, with groups larger than those of the vectors.</summary>
internal sealed class LargeGroupTests
{
    private const int Members = 1000;
    private static readonly Uuid[] _topics = [.. Enumerable.Range(0, 100).Select(i => new Uuid(i * 7919, ~i))];

    [TestCase(true)]
    [TestCase(false)]
    public void A_uniform_assignment_of_a_thousand_members_is_complete_and_sticky(bool isHomogeneous)
    {
        var counts = _topics.ToDictionary(topic => topic, _ => 100);
        var members = Enumerable.Range(0, Members).Select(i => Member(i, isHomogeneous, Assignment.Empty)).ToArray();
        var first = new UniformAssignor().Assign(new AssignorInput(members, isHomogeneous, counts));
        AssertComplete(members, first);
        Assert.That(first.Max(assignment => assignment.Count) - first.Min(assignment => assignment.Count), Is.LessThanOrEqualTo(1));

        // One member leaves: the others keep everything and share its partitions.
        var left = Enumerable.Range(1, Members - 1).Select(i => Member(i, isHomogeneous, first[i])).ToArray();
        var second = new UniformAssignor().Assign(new AssignorInput(left, isHomogeneous, counts));
        AssertComplete(left, second);
        for (var i = 0; i < second.Length; i++)
            Assert.That(Partitions(first[i + 1]).Except(Partitions(second[i])), Is.Empty);
    }

    [Test]
    public void Members_of_a_range_assignment_have_the_same_partitions_of_topics_of_one_size()
    {
        var counts = _topics.ToDictionary(topic => topic, _ => Members);
        var members = Enumerable.Range(0, Members).Select(i => Member(i, true, Assignment.Empty)).ToArray();
        var assigned = new RangeAssignor().Assign(new AssignorInput(members, true, counts));
        AssertComplete(members, assigned, Members);
        foreach (var assignment in assigned)
            Assert.That(assignment.Topics.Select(topic => topic.Partitions.Single()).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void A_group_without_subscriptions_or_without_members_is_assigned_nothing()
    {
        AssignorMember[] members = [new("a", null, [], Assignment.Empty), new("b", null, [], Assignment.Empty)];
        foreach (IPartitionAssignor assignor in (IPartitionAssignor[])[new UniformAssignor(), new RangeAssignor()])
        {
            foreach (var isHomogeneous in (bool[])[true, false])
            {
                var none = new Dictionary<Uuid, int>();
                Assert.That(assignor.Assign(new AssignorInput(members, isHomogeneous, none)).Sum(a => a.Count), Is.Zero);
                Assert.That(assignor.Assign(new AssignorInput([], isHomogeneous, none)), Is.Empty);
            }
        }
    }

    private static AssignorMember Member(int index, bool isHomogeneous, Assignment current) => new(
        $"member-{index}", null, isHomogeneous ? _topics : [.. _topics.Where((_, topic) => topic % 2 == index % 2 || topic % 5 == 0)],
        current);

    private static void AssertComplete(AssignorMember[] members, Assignment[] assigned, int partitionCount = 100)
    {
        var all = assigned.SelectMany(Partitions).ToList();
        Assert.That(all, Has.Count.EqualTo(_topics.Length * partitionCount));
        Assert.That(all, Is.Unique);
        for (var i = 0; i < members.Length; i++)
            Assert.That(assigned[i].Topics.Select(topic => topic.TopicId).Except(members[i].SubscribedTopics), Is.Empty);
    }

    private static IEnumerable<(Uuid, int)> Partitions(Assignment assignment) =>
        assignment.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.TopicId, partition)));
}
