using KafkaSharp.Coordinators.Runtime;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// What the members of a group subscribe to, by name and by regular expression, as it is and as it would be after a change. Changes are
/// undone together with their records. Used on the shard's event loop, and by one loading thread before that.
/// </summary>
internal sealed class GroupSubscriptions(UndoLog undo)
{
    private readonly SubscriptionCounts _counts = new();
    private readonly RevertibleDictionary<string, int> _patterns = new(undo, StringComparer.Ordinal);
    private readonly RevertibleDictionary<string, ResolvedPattern> _resolved = new(undo, StringComparer.Ordinal);

    /// <summary>The number of members of each regular expression.</summary>
    public IReadOnlyDictionary<string, int> Patterns => _patterns.Entries;

    /// <summary>The regular expressions whose topics are known.</summary>
    public IReadOnlyDictionary<string, ResolvedPattern> Resolved => _resolved.Entries;

    public SubscriptionCounts Counts => _counts;

    /// <summary>When the topics were looked for last; null when they never were.</summary>
    public ResolvedPattern? LastResolved => _resolved.Values.FirstOrDefault();

    public int MembersOf(string pattern) => _patterns.TryGetValue(pattern, out var members) ? members : 0;

    /// <summary>The topics of a member, by name and by regular expression.</summary>
    public IEnumerable<string> TopicsOf(ConsumerGroupMember member)
    {
        var matched = member.Pattern is { } pattern && _resolved.TryGetValue(pattern, out var resolved) ? resolved.Topics : null;
        if (matched is null || matched.Count == 0)
            return member.SubscribedTopics;
        if (member.SubscribedTopics.Count == 0)
            return matched;
        return member.SubscribedTopics.Count > matched.Count
            ? member.SubscribedTopics.Union(matched)
            : matched.Union(member.SubscribedTopics);
    }

    /// <summary>Applies that a member takes the place of another one; null for none.</summary>
    public void Replace(ConsumerGroupMember? old, ConsumerGroupMember? updated)
    {
        AddNames(old, -1);
        AddNames(updated, 1);
        if (old?.Pattern == updated?.Pattern)
            return;
        if (old?.Pattern is { } before)
            SetPattern(before, MembersOf(before) - 1);
        if (updated?.Pattern is { } after)
            SetPattern(after, MembersOf(after) + 1);
    }

    /// <summary>Applies the topics of a regular expression; null when nobody subscribes to it any more.</summary>
    public void Resolve(string pattern, ResolvedPattern? resolved)
    {
        if (_resolved.TryGetValue(pattern, out var before))
            AddPatterns(before, -1);
        if (resolved is null)
        {
            _resolved.Remove(pattern);
            return;
        }
        _resolved.Set(pattern, resolved);
        AddPatterns(resolved, 1);
    }

    /// <summary>The topics that would be subscribed to if one member took the place of another.</summary>
    public SubscriptionCounts CountsAfter(ConsumerGroupMember? old, ConsumerGroupMember? updated)
    {
        var counts = new SubscriptionCounts(_counts);
        if (old is not null)
            counts.AddNames(old.SubscribedTopics, -1);
        if (updated is not null)
            counts.AddNames(updated.SubscribedTopics, 1);
        if (old?.Pattern is { } pattern && pattern != updated?.Pattern && MembersOf(pattern) == 1
            && _resolved.TryGetValue(pattern, out var resolved))
            counts.AddPatterns(resolved.Topics, -1);
        return counts;
    }

    /// <summary>The topics that would be subscribed to without members, and the regular expressions that none would have.</summary>
    public (SubscriptionCounts Counts, List<string> Patterns) Without(IReadOnlyCollection<ConsumerGroupMember> members)
    {
        var counts = new SubscriptionCounts(_counts);
        foreach (var member in members)
            counts.AddNames(member.SubscribedTopics, -1);
        var patterns = members.Select(member => member.Pattern).OfType<string>().GroupBy(pattern => pattern, StringComparer.Ordinal)
            .Where(pattern => MembersOf(pattern.Key) == pattern.Count())
            .Select(pattern => pattern.Key)
            .ToList();
        foreach (var pattern in patterns)
        {
            if (_resolved.TryGetValue(pattern, out var resolved))
                counts.AddPatterns(resolved.Topics, -1);
        }
        return (counts, patterns);
    }

    /// <summary>Whether all members would subscribe to the same topics if one took the place of another.</summary>
    public bool IsHomogeneousAfter(ConsumerGroupMember? old, ConsumerGroupMember? updated, SubscriptionCounts counts, int members)
    {
        var patterns = new Dictionary<string, int>(_patterns.Entries, StringComparer.Ordinal);
        if (old?.Pattern != updated?.Pattern)
        {
            if (old?.Pattern is { } before && patterns.Remove(before, out var left) && left > 1)
                patterns[before] = left - 1;
            if (updated?.Pattern is { } after)
                patterns[after] = patterns.GetValueOrDefault(after) + 1;
        }
        return IsHomogeneous(patterns, counts, members);
    }

    /// <summary>Whether all members subscribe to the same topics.</summary>
    public bool IsHomogeneous(int members) => IsHomogeneous(_patterns.Entries, _counts, members);

    private static bool IsHomogeneous(IReadOnlyDictionary<string, int> patterns, SubscriptionCounts counts, int members) =>
        patterns.Count == 0 ? counts.AllNamedBy(members) : patterns.Values.First() == members && counts.AllMatchedByOnePattern();

    private void AddNames(ConsumerGroupMember? member, int members)
    {
        if (member is null || member.SubscribedTopics.Count == 0)
            return;
        _counts.AddNames(member.SubscribedTopics, members);
        if (undo.IsRecording)
            undo.Add(() => _counts.AddNames(member.SubscribedTopics, -members));
    }

    private void AddPatterns(ResolvedPattern resolved, int patterns)
    {
        _counts.AddPatterns(resolved.Topics, patterns);
        if (undo.IsRecording)
            undo.Add(() => _counts.AddPatterns(resolved.Topics, -patterns));
    }

    private void SetPattern(string pattern, int members)
    {
        if (members > 0)
            _patterns.Set(pattern, members);
        else
            _patterns.Remove(pattern);
    }
}
