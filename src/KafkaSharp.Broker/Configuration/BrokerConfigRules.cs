using KafkaSharp.Network.Listeners;
using static KafkaSharp.Broker.Configuration.ConfigRule;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// The rules of Kafka that connect the values of several broker keys, in the order in which Kafka checks them: a dynamic change is refused
/// with the message of the first one that it breaks. The rules of listeners are in <see cref="ListenerConfiguration"/>.
/// </summary>
internal static class BrokerConfigRules
{
    private const long Hour = 3_600_000;
    private const int LastCompressionType = 4;
    private const long CleanerBufferPerThread = 1024 * 1024;

    private static readonly Lazy<ConfigRule[]> s_rules = new(() => [.. OfGroups("consumer"), .. OfGroups("share"), .. OfShareGroups(),
        .. OfGroups("streams"), .. OfStreams(), .. AssignorRules.All, .. OfBroker(), .. DirectoryRules.All]);

    /// <summary>The messages of the rules that the values break.</summary>
    /// <param name="given">The values that are set.</param>
    /// <param name="isDynamic">Whether they are a dynamic change; the messages then have exactly Kafka's text.</param>
    public static IEnumerable<string> Faults(IReadOnlyDictionary<string, string> given, bool isDynamic)
    {
        var values = new BrokerKeyValues(given);
        foreach (var rule in s_rules.Value)
        {
            if (rule.Keys.Any(values.IsSet) && rule.Fault(values) is { } fault)
                yield return isDynamic && rule.IsRequirement ? $"requirement failed: {fault}" : fault;
        }
    }

    private static IEnumerable<ConfigRule> OfGroups(string kind)
    {
        var (heartbeat, session, assignment) =
            ($"group.{kind}.heartbeat.interval.ms", $"group.{kind}.session.timeout.ms", $"group.{kind}.assignment.interval.ms");
        foreach (var key in (string[])[heartbeat, session, assignment])
        {
            var (min, max) = (key.Replace($".{kind}.", $".{kind}.min."), key.Replace($".{kind}.", $".{kind}.max."));
            yield return AtLeast(max, min);
            yield return AtLeast(key, min);
            yield return AtMost(key, max);
            if (key == session)
                yield return Less(heartbeat, session);
        }
    }

    private static IEnumerable<ConfigRule> OfShareGroups()
    {
        foreach (var key in (string[])["delivery.count.limit", "record.lock.duration.ms", "partition.max.record.locks"])
        {
            yield return AtLeast($"group.share.max.{key}", $"group.share.{key}");
            yield return AtLeast($"group.share.{key}", $"group.share.min.{key}");
        }
        yield return AtLeast("group.share.max.share.sessions", "group.share.max.size");
    }

    private static IEnumerable<ConfigRule> OfStreams() =>
        [AtMost("group.streams.num.standby.replicas", "group.streams.max.standby.replicas")];

    private static IEnumerable<ConfigRule> OfBroker() =>
    [
        new(["offsets.topic.compression.codec"], values => Codec(values, "offsets.topic.compression.codec")),
        new(["share.coordinator.state.topic.compression.codec"],
            values => Codec(values, "share.coordinator.state.topic.compression.codec")),
        new(["group.coordinator.rebalance.protocols"], values =>
            values.List("group.coordinator.rebalance.protocols") is { Count: > 0 } protocols && !protocols.Contains("classic")
                ? "Disabling the 'classic' protocol is not supported."
                : null),
        new(["node.id", "broker.id"], values => values.IsSet("node.id") && values.IsSet("broker.id")
            && values.Integer("node.id") != values.Integer("broker.id")
                ? "You must set `node.id` to the same value as `broker.id`."
                : null),
        Requirement("log.roll.ms must be greater than or equal to 1",
            values => (values.Integer("log.roll.ms") ?? values.Integer("log.roll.hours") * Hour) >= 1, "log.roll.ms", "log.roll.hours"),
        Requirement("log.roll.jitter.ms must be greater than or equal to 0",
            values => (values.Integer("log.roll.jitter.ms") ?? values.Integer("log.roll.jitter.hours") * Hour) >= 0,
            "log.roll.jitter.ms", "log.roll.jitter.hours"),
        Requirement("log.retention.ms must be unlimited (-1) or, greater than or equal to 1",
            values => values.RetentionMs != 0, "log.retention.ms", "log.retention.minutes", "log.retention.hours"),
        new(["log.cleaner.threads"],
            values => values.Integer("log.cleaner.threads") is 0 ? "log.cleaner.threads must be at least 1" : null),
        Requirement("log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.",
            values => values.Integer("log.cleaner.threads") is not { } threads || threads < 1
                || values.Integer("log.cleaner.dedupe.buffer.size") / values.Integer("log.cleaner.threads") > CleanerBufferPerThread,
            "log.cleaner.dedupe.buffer.size", "log.cleaner.threads"),
        Requirement("replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts",
            values => values.Integer("replica.fetch.wait.max.ms") <= values.Integer("replica.socket.timeout.ms"),
            "replica.socket.timeout.ms", "replica.fetch.wait.max.ms"),
        Requirement("replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes "
            + "in ISR",
            values => values.Integer("replica.fetch.wait.max.ms") <= values.Integer("replica.lag.time.max.ms"),
            "replica.fetch.wait.max.ms", "replica.lag.time.max.ms"),
        Requirement("queued.max.request.bytes must be larger or equal to socket.request.max.bytes",
            values => values.Integer("queued.max.request.bytes") is var queued
                && (queued <= 0 || queued >= values.Integer("socket.request.max.bytes")),
            "queued.max.request.bytes", "socket.request.max.bytes"),
        Requirement("max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.",
            values => values.Integer("max.connections.per.ip") != 0 || values.Text("max.connections.per.ip.overrides") is { Length: > 0 },
            "max.connections.per.ip", "max.connections.per.ip.overrides"),
        Requirement("principal.builder.class must implement KafkaPrincipalSerde",
            values => values.Text("principal.builder.class") is not { } builder || builder.StartsWith("org.", StringComparison.Ordinal),
            "principal.builder.class"),
        new(["max.connections.per.ip.overrides"], values => ConnectionLimits.FaultOfOverrides(
            values.Text("max.connections.per.ip.overrides") ?? "")),
        new(["connection.failed.authentication.delay.ms", "connections.max.idle.ms"], FailedAuthenticationDelay) { IsRequirement = true },
    ];

    private static string? Codec(BrokerKeyValues values, string key) =>
        values.Integer(key) is < 0 or > LastCompressionType ? $"Unknown compression type id: {values.Integer(key)}" : null;

    private static string? FailedAuthenticationDelay(BrokerKeyValues values)
    {
        var (delay, idle) = (values.Integer("connection.failed.authentication.delay.ms"), values.Integer("connections.max.idle.ms"));
        return idle < 0 || delay < idle
            ? null
            : $"connection.failed.authentication.delay.ms={delay} should always be less than connections.max.idle.ms={idle} to prevent "
                + "failed authentication responses from timing out";
    }
}
