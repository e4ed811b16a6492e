namespace CompareRequests.Requests.Groups;

/// <summary>The states of a group.</summary>
internal static class GroupStates
{
    private const string StaticMember = "\"GroupInstanceId\":\"i\"";
    private const string StaticConsumer = "\"InstanceId\":\"i\"";

    private static readonly Step s_joinStatic = ClassicJoin(StaticMember);

    private static readonly Step s_secondJoins = ClassicJoin("\"MemberId\":\"\"", version: 3);

    private static readonly Step[] s_stable = [Steps.Join, Steps.Sync];

    private static readonly Step s_leave = new("LeaveGroup", 2, """{"GroupId":"@fresh","MemberId":"@member"}""");

    // The steps of a classic member in a group that has become a consumer group.
    private static readonly Step s_joinsAgain = ClassicJoin("\"MemberId\":\"@member\"");
    private static readonly Step s_keeps = ClassicJoin("\"MemberId\":\"@member\"", "@owning");

    private static readonly Step s_join = Capturing(ConsumerJoin("m1"));

    private static readonly Step s_joinStaticConsumer = Capturing(ConsumerJoin("m1", StaticConsumer));

    // The first member has both partitions and is asked to give up one of them.
    private static readonly Step[] s_revoking = [s_join, ConsumerJoin("m2"), new("ConsumerGroupHeartbeat", 1, GroupRequests.Stay)];

    public static readonly GroupState[] Classic =
    [
        new("no group"),
        new("offsets only", Steps.Commit),
        new("member id handed out", ClassicJoin("\"Reason\":null", version: 4)),
        new("completing", Steps.Join),
        new("preparing", [.. s_stable, s_secondJoins with { IsPending = true, Captures = [] }, Await("PreparingRebalance")]),
        new("stable", s_stable) { IsMutated = false },
        new("static", s_joinStatic, Steps.Sync, Await("Stable")),
        new("empty", [.. s_stable, s_leave]),
        new("malformed", ClassicJoin("\"Reason\":null", "@malformed", version: 3), Steps.Sync),
    ];

    public static readonly GroupState[] Consumer =
    [
        new("one member", s_join),
        new("two members", s_join, ConsumerJoin("m2")) { IsMutated = false },
        new("revoking", s_revoking),
        new("unreleased", [.. s_revoking, Capturing(new("ConsumerGroupHeartbeat", 1, Stay("m2", 2)))]) { IsMutated = false },
        new("static", s_joinStaticConsumer),
        new("static, away", s_joinStaticConsumer, Leave("@member", -2, "i")),
        new("static, returned",
            s_joinStaticConsumer, Leave("@member", -2, "i"), Capturing(ConsumerJoin("m2", StaticConsumer))) { IsMutated = false },
        new("left", s_join, Leave("@member", -1, null)),
        new("with offsets", s_join, Steps.Commit) { IsMutated = false },
        new("by pattern", Capturing(ConsumerJoin("m1", "\"SubscribedTopicRegex\":\"none.*\""))) { IsMutated = false },
    ];

    public static readonly GroupState[] Mixed =
    [
        new("upgraded", [.. s_stable, ConsumerJoin("m1")]),
        new("upgraded while preparing",
            [.. s_stable, s_secondJoins with { IsPending = true, Captures = [] }, Await("PreparingRebalance"),
                ConsumerJoin("m1")]) { IsMutated = false },
        // A member that joins twice during a rebalance takes away the assignment of the generation before, which it may still have.
        new("upgraded while it has no assignment",
            [.. s_stable, s_keeps with { Version = 3 }, s_joinsAgain with { Version = 3 }, Capturing(ConsumerJoin("m1"))])
        {
            IsMutated = false,
        },
        new("only a classic member", s_join, s_joinsAgain),
        new("upgraded, static", s_joinStatic, Steps.Sync, Await("Stable"), ConsumerJoin("m1")) { IsMutated = false },
        new("joined again", [.. s_stable, ConsumerJoin("m1"), s_joinsAgain]),
        new("synced", [.. s_stable, ConsumerJoin("m1"), s_joinsAgain, Steps.Sync]) { IsMutated = false },
        new("keeps what it has", [.. s_stable, ConsumerJoin("m1"), s_keeps]),
        new("keeps what it has, synced", [.. s_stable, ConsumerJoin("m1"), s_keeps, Steps.Sync]) { IsMutated = false },
        new("waits", [s_join, s_secondJoins, Steps.Sync]) { IsMutated = false },
        new("consumer member", [.. s_stable, Capturing(ConsumerJoin("m1"))]),
        new("static consumer member", [.. s_stable, Capturing(ConsumerJoin("m1", StaticConsumer))]) { IsMutated = false },
        new("static consumer member, away",
            [.. s_stable, Capturing(ConsumerJoin("m1", StaticConsumer)), Leave("m1", -2, "i")]) { IsMutated = false },
        new("classic member left", [.. s_stable, ConsumerJoin("m1"), s_leave]) { IsMutated = false },
        new("downgraded", [.. s_stable, ConsumerJoin("m1"), Leave("m1", -1, null)]),
        new("downgraded, static",
            s_joinStatic, Steps.Sync, Await("Stable"), ConsumerJoin("m1"), Leave("m1", -1, null)) { IsMutated = false },
        new("downgraded, joined again",
            [.. s_stable, ConsumerJoin("m1"), Leave("m1", -1, null), s_joinsAgain with { Version = 3 }]) { IsMutated = false },
        new("downgraded by a static member",
            [.. s_stable, Capturing(ConsumerJoin("m1", StaticConsumer)), Leave("m1", -2, "i"), ClassicJoin(StaticMember)])
        {
            IsMutated = false,
        },
    ];

    private static Step ConsumerJoin(string memberId, string more = "\"InstanceId\":null") =>
        new("ConsumerGroupHeartbeat", 1, GroupRequests.With(GroupRequests.Join, $"\"MemberId\":\"{memberId}\",{more}"));

    private static Step Capturing(Step heartbeat) => heartbeat with { Captures = [("member", "MemberId"), ("generation", "MemberEpoch")] };

    private static string Stay(string memberId, int epoch) =>
        GroupRequests.With(GroupRequests.Stay, $"\"MemberId\":\"{memberId}\",\"MemberEpoch\":{epoch}");

    private static Step ClassicJoin(string more, string subscription = "@subscription", int version = 5) => new("JoinGroup", version,
        GroupRequests.With(GroupRequests.ClassicJoin.Replace("@subscription", subscription, StringComparison.Ordinal), more),
        ("member", "MemberId"), ("generation", "GenerationId"));

    private static Step Leave(string memberId, int epoch, string? instanceId) =>
        new("ConsumerGroupHeartbeat", 1, new Dictionary<string, object?>
        {
            ["GroupId"] = "@fresh", ["MemberId"] = memberId, ["MemberEpoch"] = (long)epoch, ["InstanceId"] = instanceId,
        });

    private static Step Await(string state) => Steps.DescribeGroup with { Awaited = "Groups[0].GroupState", Expected = state };
}
