namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// How often each topic is subscribed to: by members that name it, and by regular expressions that match it (Kafka's
/// <c>SubscriptionCount</c>). Not thread-safe.
/// </summary>
internal sealed class SubscriptionCounts
{
    private readonly Dictionary<string, (int ByName, int ByPattern)> _topics;

    public SubscriptionCounts() => _topics = new(StringComparer.Ordinal);

    public SubscriptionCounts(SubscriptionCounts other) => _topics = new(other._topics, StringComparer.Ordinal);

    public IReadOnlyCollection<string> Topics => _topics.Keys;

    public bool Contains(string topic) => _topics.ContainsKey(topic);

    /// <summary>Adds to the counts of members, or takes away with a negative number.</summary>
    public void AddNames(IEnumerable<string> topics, int members)
    {
        foreach (var topic in topics)
            Set(topic, Of(topic) with { ByName = Of(topic).ByName + members });
    }

    /// <summary>Adds to the counts of regular expressions, or takes away with a negative number.</summary>
    public void AddPatterns(IEnumerable<string> topics, int patterns)
    {
        foreach (var topic in topics)
            Set(topic, Of(topic) with { ByPattern = Of(topic).ByPattern + patterns });
    }

    /// <summary>Whether every topic is named by that many members.</summary>
    public bool AllNamedBy(int members) => _topics.Values.All(count => count.ByName == members);

    /// <summary>Whether every topic is matched by one regular expression and named by no member.</summary>
    public bool AllMatchedByOnePattern() => _topics.Values.All(count => count is { ByName: <= 0, ByPattern: 1 });

    private (int ByName, int ByPattern) Of(string topic) => _topics.GetValueOrDefault(topic);

    private void Set(string topic, (int ByName, int ByPattern) count)
    {
        if (count == default)
            _topics.Remove(topic);
        else
            _topics[topic] = count;
    }
}
