namespace CompareRequests.Timings;

/// <summary>Members that do not come back in time.</summary>
internal static class GroupTimings
{
    private const string Describe = """{"Groups":["@name"]}""";

    public static readonly TimedScenario[] List =
    [
        new("a member that does not rejoin is removed after its rebalance timeout", client =>
        {
            var (first, second) = (client.Connect(), client.Connect());
            Stable(client, first, session: 20_000, rebalance: 1500);
            client.StartWatch();
            var joined = client.Run(second, "JoinGroup", 3, Join("", 20_000, 1500));
            client.StopWatch();
            return $"error {TimedClient.Text(joined, "ErrorCode")}, generation {TimedClient.Text(joined, "GenerationId")}, "
                + $"{((List<object?>)joined["Members"]!).Count} member";
        }),
        new("the longest rebalance timeout counts", client =>
        {
            var (first, second) = (client.Connect(), client.Connect());
            Stable(client, first, session: 20_000, rebalance: 500);
            client.StartWatch();
            var joined = client.Run(second, "JoinGroup", 3, Join("", 20_000, 2500));
            client.StopWatch();
            return $"generation {TimedClient.Text(joined, "GenerationId")}";
        }),
        new("a member without heartbeats is removed after its session timeout", client =>
        {
            var member = client.Connect();
            Stable(client, member, session: 1500, rebalance: 20_000);
            client.StartWatch();
            client.Until(client.Connect(), "DescribeGroups", 5, Describe, "Groups[0].GroupState", "Empty");
            client.StopWatch();
            return "the group is empty";
        }),
        new("a member that does not sync is removed after its rebalance timeout", client =>
        {
            var member = client.Connect();
            client.Run(member, "JoinGroup", 3, Join("", 20_000, 1500));
            client.StartWatch();
            client.Until(client.Connect(), "DescribeGroups", 5, Describe, "Groups[0].GroupState", "Empty");
            client.StopWatch();
            return "the group is empty";
        }),
        new("a member id that was handed out and not used is forgotten after the session timeout", client =>
        {
            var member = client.Connect();
            var id = TimedClient.Text(client.Run(member, "JoinGroup", 4, Join("", 1500, 20_000)), "MemberId");
            client.StartWatch();
            client.Until(client.Connect(), "LeaveGroup", 0, $$"""{"GroupId":"@name","MemberId":"{{id}}x"}""", "ErrorCode", "25");
            Thread.Sleep(2500);
            client.StopWatch();
            return "joining with it is error " + TimedClient.Text(client.Run(member, "JoinGroup", 4, Join(id, 1500, 20_000)), "ErrorCode");
        }),
        new("a heartbeat extends the session", client =>
        {
            var member = client.Connect();
            var (id, generation) = Stable(client, member, session: 1500, rebalance: 20_000);
            client.StartWatch();
            for (var i = 0; i < 4; i++)
            {
                Thread.Sleep(700);
                client.Run(member, "Heartbeat", 3, $$"""{"GroupId":"@name","GenerationId":{{generation}},"MemberId":"{{id}}"}""");
            }
            client.Until(client.Connect(), "DescribeGroups", 5, Describe, "Groups[0].GroupState", "Empty");
            client.StopWatch();
            return "the group is empty";
        }),
    ];

    private static string Join(string member, int session, int rebalance) =>
        $$"""
        {"GroupId":"@name","SessionTimeoutMs":{{session}},"RebalanceTimeoutMs":{{rebalance}},"MemberId":"{{member}}","ProtocolType":"consumer",
         "Protocols":[{"Name":"range","Metadata":"@subscription"}]}
        """;

    private static (string Member, string Generation) Stable(
        TimedClient client, Wire.BrokerConnection connection, int session, int rebalance)
    {
        var joined = client.Run(connection, "JoinGroup", 3, Join("", session, rebalance));
        var (member, generation) = (TimedClient.Text(joined, "MemberId"), TimedClient.Text(joined, "GenerationId"));
        client.Run(connection, "SyncGroup", 3,
            $$"""
            {"GroupId":"@name","GenerationId":{{generation}},"MemberId":"{{member}}","Assignments":[{"MemberId":"{{member}}",
             "Assignment":"@assignment"}]}
            """);
        return (member, generation);
    }
}
