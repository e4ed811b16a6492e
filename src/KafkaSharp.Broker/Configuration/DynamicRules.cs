namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// The rules of Kafka for the step from the present values of a running broker to new ones (the <c>validateReconfiguration</c> methods),
/// in the order in which Kafka checks them.
/// </summary>
internal static class DynamicRules
{
    private static readonly string[] s_threads =
        ["num.io.threads", "num.replica.fetchers", "num.recovery.threads.per.data.dir", "background.threads"];

    private static readonly string[] s_remoteThreads =
    [
        "remote.log.reader.threads", "remote.log.manager.copier.thread.pool.size", "remote.log.manager.expiration.thread.pool.size",
        "remote.log.manager.follower.thread.pool.size",
    ];

    /// <summary>The message of the first rule that the step breaks; null if it breaks none.</summary>
    /// <param name="before">The present values.</param>
    /// <param name="after">The values as they would be.</param>
    /// <param name="listeners">The names of the listeners for clients.</param>
    public static string? Fault(BrokerKeyValues before, BrokerKeyValues after, IEnumerable<string> listeners) =>
        Reporters(before, after)
        ?? ConnectionRules.Fault(before, after, listeners)
        ?? Threads(s_threads, before, after)
        ?? LocalRetention("ms", after.RetentionMs, after)
        ?? LocalRetention("bytes", after.Integer("log.retention.bytes") ?? -1, after)
        ?? Threads(s_remoteThreads, before, after)
        ?? CleanerThreads(before, after);

    /// <summary>The limits of one step: a number of threads is at most halved or doubled.</summary>
    public static string? ThreadCount(string key, long before, long after)
    {
        var failed = $"Dynamic thread count update validation failed for {key}={after}";
        return after == before ? null
            : after <= 0 ? $"{failed}, value should be at least 1"
            : after < before / 2 ? $"{failed}, value should be at least half the current value {before}"
            : after > before * 2 ? $"{failed}, value should not be greater than double the current value {before}"
            : null;
    }

    // The classes would have to be loaded.
    private static string? Reporters(BrokerKeyValues before, BrokerKeyValues after)
    {
        var wanted = after.List("metric.reporters");
        return wanted.SequenceEqual(before.List("metric.reporters")) || wanted.All(KafkaSharp.Configuration.KnownKeys.IsKnownClass) ? null
            : "Validation of dynamic config update of Set(metric.reporters) failed with class class kafka.server.DynamicMetricsReporters";
    }

    private static string? Threads(string[] keys, BrokerKeyValues before, BrokerKeyValues after) => keys
        .Select(key => ThreadCount(key, before.Integer(key) ?? 0, after.Integer(key) ?? 0)).FirstOrDefault(fault => fault is not null);

    private static string? LocalRetention(string unit, long retention, BrokerKeyValues after)
    {
        var key = $"log.local.retention.{unit}";
        var local = after.Integer(key);
        if (!after.IsSet(key) || retention < 0 || local == -2)
            return null;
        var reason = local == -1 ? $"Value must not be -1 as log.retention.{unit} value is set as {retention}."
            : local > retention ? $"Value must not be more than log.retention.{unit} property value: {retention}"
            : null;
        return reason is null ? null : $"Invalid value {local} for configuration {key}: {reason}";
    }

    private static string? CleanerThreads(BrokerKeyValues before, BrokerKeyValues after)
    {
        var (current, wanted) = (before.Integer("log.cleaner.threads"), after.Integer("log.cleaner.threads"));
        return wanted < current / 2 ? $"Log cleaner threads cannot be reduced to less than half the current value {current}"
            : wanted > current * 2 ? $"Log cleaner threads cannot be increased to more than double the current value {current}"
            : null;
    }
}
