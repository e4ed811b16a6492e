namespace KafkaSharp.Broker.Configuration;

/// <summary>The broker keys that set the same value in different units or as a fallback, in the order of precedence.</summary>
internal static class BrokerSynonyms
{
    private static readonly string[][] s_groups =
    [
        ["log.roll.ms", "log.roll.hours"],
        ["log.roll.jitter.ms", "log.roll.jitter.hours"],
        ["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
    ];

    private static readonly string[] s_flushInterval = ["log.flush.interval.ms", "log.flush.scheduler.interval.ms"];

    /// <summary>The key and its synonyms.</summary>
    public static IReadOnlyList<string> Of(string name) =>
        // The other direction does not hold: the interval of the scheduler has no synonym.
        name == s_flushInterval[0] ? s_flushInterval : s_groups.FirstOrDefault(group => group.Contains(name)) ?? [name];
}
