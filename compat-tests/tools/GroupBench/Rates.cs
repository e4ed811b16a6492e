using System.Diagnostics;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace GroupBench;

/// <summary>Requests of a group of 100 members at rest, each with a connection of its own and one request in flight.</summary>
internal static class Rates
{
    private const int Size = 100;

    public static void Heartbeats(Crowd crowd, int count)
    {
        var members = Group(crowd);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i += Size)
            crowd.Heartbeat(members);
        Rebalances.Print("heartbeats/s", count / watch.Elapsed.TotalSeconds);
    }

    public static void Commits(Crowd crowd, int count)
    {
        var members = Group(crowd);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i += Size)
        {
            var commits = members.Select((member, partition) => member.Commit(partition, i));
            foreach (var response in crowd.AskAll<OffsetCommitRequest, OffsetCommitResponse>(commits, 9))
                Require(response);
        }
        Rebalances.Print("commits/s", count / watch.Elapsed.TotalSeconds);
        Rebalances.Print("a single commit, p50, ms", Median(
            200, i => Require(crowd.Ask<OffsetCommitRequest, OffsetCommitResponse>(members[0].Commit(0, i), 9))));
    }

    private static List<Member> Group(Crowd crowd)
    {
        var (group, topic) = (Crowd.Unique("group"), Crowd.Unique("topic"));
        crowd.CreateTopic(topic, Size);
        crowd.AwaitCoordinator(group);
        List<Member> members = [.. Enumerable.Range(0, Size).Select(i => new Member(group, $"member-{i}", topic))];
        Rebalances.Settle(crowd, members, Size);
        return members;
    }

    public static void Require(OffsetCommitResponse response)
    {
        if (response.Topics[0].Partitions[0].ErrorCode != ErrorCode.None)
            throw new InvalidOperationException($"a commit failed: {response.Topics[0].Partitions[0].ErrorCode}");
    }

    private static double Median(int times, Action<int> step)
    {
        var samples = new double[times];
        for (var i = 0; i < times; i++)
        {
            var begin = Stopwatch.GetTimestamp();
            step(i);
            samples[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }
        return samples.Order().ElementAt(times / 2);
    }
}
