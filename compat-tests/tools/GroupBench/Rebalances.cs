using System.Diagnostics;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace GroupBench;

/// <summary>How long a group takes until every partition has an owner in the last epoch. Members send heartbeats without pause.</summary>
internal static class Rebalances
{
    /// <summary>
    /// Longer than group.consumer.assignment.interval.ms, 1 s by default: without this pause a rebalance would mostly wait for what is
    /// left of the interval, which differs by chance.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.2);

    public static void Measure(Crowd crowd, int size, int partitions)
    {
        var (group, topic) = (Crowd.Unique("group"), Crowd.Unique("topic"));
        crowd.CreateTopic(topic, partitions);
        crowd.AwaitCoordinator(group);
        List<Member> members = [.. Enumerable.Range(0, size).Select(i => new Member(group, $"member-{i}", topic))];
        var heartbeats = Time(crowd, members, partitions, $"{size} members join");
        var last = members[^1];
        members.Remove(last);
        Thread.Sleep(Pause);
        if (crowd.Ask<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(last.Leave(), 1).ErrorCode != ErrorCode.None)
            throw new InvalidOperationException("a member cannot leave");
        heartbeats += Time(crowd, members, partitions, $"one of {size} members leaves");
        members.Add(new Member(group, "member-new", topic));
        Thread.Sleep(Pause);
        heartbeats += Time(crowd, members, partitions, $"one more joins {size - 1} members");
        Console.Error.WriteLine($"{heartbeats} heartbeats");
        var left = crowd.AskAll<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(members.Select(member => member.Leave()), 1);
        if (left.Any(response => response.ErrorCode != ErrorCode.None))
            throw new InvalidOperationException("a member cannot leave");
    }

    /// <summary>Groups of one member with two partitions each; they stay.</summary>
    public static void FormMany(Crowd crowd, int count)
    {
        var topic = Crowd.Unique("topic");
        crowd.CreateTopic(topic, 2);
        crowd.AwaitCoordinator(Crowd.Unique("group"));
        var run = Crowd.Unique("group");
        List<Member> members = [.. Enumerable.Range(0, count).Select(i => new Member($"{run}-{i}", "member", topic))];
        var watch = Stopwatch.StartNew();
        crowd.Heartbeat(members);
        crowd.Heartbeat(members);
        if (members.Exists(member => member.Owned != 2))
            throw new InvalidOperationException("a member has no partitions");
        foreach (var response in crowd.AskAll<OffsetCommitRequest, OffsetCommitResponse>(members.Select(member => member.Commit(0, 1)), 9))
            Rates.Require(response);
        Print($"{count} groups of one member form and commit, s", watch.Elapsed.TotalSeconds);
    }

    /// <summary>Heartbeats of all members, again and again, until they are at rest.</summary>
    public static int Settle(Crowd crowd, List<Member> members, int partitions)
    {
        var heartbeats = 0;
        do
        {
            crowd.Heartbeat(members);
            heartbeats += members.Count;
        }
        while (members.Exists(member => member.Epoch != members[0].Epoch) || members.Sum(member => member.Owned) != partitions
            || (partitions >= members.Count && members.Exists(member => member.Owned == 0)));
        return heartbeats;
    }

    public static void Print(string name, double value) => Console.WriteLine(FormattableString.Invariant($"{name}\t{value:G4}"));

    private static int Time(Crowd crowd, List<Member> members, int partitions, string what)
    {
        var watch = Stopwatch.StartNew();
        var heartbeats = Settle(crowd, members, partitions);
        Print($"{what}, s", watch.Elapsed.TotalSeconds);
        return heartbeats;
    }
}
