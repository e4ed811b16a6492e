namespace KafkaSharp.Coordinators.Consumer;

/// <summary>The topics that match a regular expression (Kafka's <c>ResolvedRegularExpression</c>). Immutable.</summary>
/// <param name="Topics">Their names.</param>
/// <param name="Version">The offset of the metadata in which they were looked for.</param>
/// <param name="TimestampMs">When they were looked for, in milliseconds since 1970.</param>
internal sealed record ResolvedPattern(IReadOnlySet<string> Topics, long Version, long TimestampMs)
{
    public static ResolvedPattern Empty { get; } = new(new HashSet<string>(), -1, -1);
}
