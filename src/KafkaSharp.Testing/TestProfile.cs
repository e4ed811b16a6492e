namespace KafkaSharp.Testing;

/// <summary>
/// The configuration of a test broker where the test sets nothing else: what makes tests slow is as short as Kafka allows, and nothing is
/// larger than one node needs.
/// </summary>
internal static class TestProfile
{
    public const string LogDir = "/kafka";

    public static Dictionary<string, string> Create() => new(StringComparer.Ordinal)
    {
        ["process.roles"] = "broker,controller",
        ["node.id"] = "1",
        ["log.dirs"] = LogDir,
        // A group is complete as soon as its first member has joined.
        ["group.initial.rebalance.delay.ms"] = "0",
        // One coordinator, which is loaded once, instead of 50.
        ["offsets.topic.num.partitions"] = "1",
        ["offsets.topic.replication.factor"] = "1",
        ["transaction.state.log.num.partitions"] = "1",
        ["transaction.state.log.replication.factor"] = "1",
        ["transaction.state.log.min.isr"] = "1",
        // There is no other broker to take over, and the clock of a test may stand still.
        ["controlled.shutdown.enable"] = "false",
        // A test may move the clock past any session before a heartbeat can be sent. The broker's own must not end by that.
        ["broker.session.timeout.ms"] = "2147483647",
        // Nor must the connections of clients.
        ["connections.max.idle.ms"] = "9223372036854775807",
        // Tests wait for the shortest sessions.
        ["group.min.session.timeout.ms"] = "1",
    };
}
