namespace KafkaSharp.Broker.Configuration;

/// <summary>A rule that connects the values of several broker keys.</summary>
/// <param name="Keys">The keys it reads. Their defaults obey it, so it is checked only if one of them is set.</param>
/// <param name="Fault">The message of Kafka if the values break the rule, else null.</param>
internal sealed record ConfigRule(IReadOnlyList<string> Keys, Func<BrokerKeyValues, string?> Fault)
{
    /// <summary>Whether Kafka introduces the message by "requirement failed: " when a dynamic change breaks the rule.</summary>
    public bool IsRequirement { get; init; }

    public static ConfigRule AtLeast(string key, string other) => Compare(key, other, (a, b) => a >= b, "greater than or equal to");

    public static ConfigRule AtMost(string key, string other) => Compare(key, other, (a, b) => a <= b, "less than or equal to");

    public static ConfigRule Less(string key, string other) => Compare(key, other, (a, b) => a < b, "less than");

    /// <summary>A rule with a message of its own.</summary>
    public static ConfigRule Requirement(string message, Func<BrokerKeyValues, bool> isKept, params string[] keys) =>
        new(keys, values => isKept(values) ? null : message) { IsRequirement = true };

    private static ConfigRule Compare(string key, string other, Func<long, long, bool> isKept, string relation) => new([key, other],
        values => values.Integer(key) is { } a && values.Integer(other) is { } b && !isKept(a, b) ? $"{key} must be {relation} {other}"
            : null);
}
