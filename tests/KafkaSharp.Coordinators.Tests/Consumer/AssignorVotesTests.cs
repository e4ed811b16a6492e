using KafkaSharp.Coordinators.Consumer;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>The assignor that a group uses when its members prefer several, as a genuine 4.3.1 broker has chosen it.</summary>
internal sealed class AssignorVotesTests
{
    [TestCase("", null, null, null)]
    [TestCase("", null, "range", "range")]
    [TestCase("a:range b:uniform", null, null, "uniform")]
    [TestCase("a:range b:range c:uniform", null, null, "range")]
    [TestCase("a:uniform", null, "range", "range", Description = "the table has the new one in front")]
    [TestCase("a:range", null, "uniform", "uniform")]
    [TestCase("a:range b:uniform", "range", "range", "range", Description = "the vote is taken back, then given again")]
    [TestCase("a:range b:uniform", "uniform", "uniform", "uniform")]
    [TestCase("a:range b:range c:uniform c:uniform", "range", "range", "uniform", Description = "one vote of two stays in its place")]
    [TestCase("a:range", "range", null, null)]
    public void The_assignor_with_most_votes_is_taken(string members, string? old, string? updated, string? winner) =>
        Assert.That(
            AssignorVotes.Winner(
                members.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(member => Preferring(member.Split(':')[1])),
                Preferring(old), Preferring(updated)),
            Is.EqualTo(winner));

    private static ConsumerGroupMember Preferring(string? assignor) => new("m") { ServerAssignor = assignor };
}
