using KafkaSharp.Coordinators.Patterns;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// The regular expressions that members subscribe to. All those of a group are resolved together: outside the event loop, one resolution at
/// a time for each group, at most every ten seconds, when one is new, when topics were created, and after an interval. Only topics that the
/// member whose request asked for it may describe are taken. Used on the shard's event loop.
/// </summary>
internal sealed class PatternSubscriptions(ConsumerContext context, ConsumerGroups groups)
{
    private const long MinRefreshIntervalMs = 10_000;

    private readonly HashSet<string> _resolving = new(StringComparer.Ordinal);

    /// <summary>Whether the expression that a member changes to is valid; one that others use already is.</summary>
    public static HeartbeatError? Check(
        ConsumerGroup group, ConsumerGroupMember member, ConsumerGroupMember updated, string? fault) =>
        fault is not null
        && updated.Pattern is { } pattern
        && pattern != member.SubscribedPattern
        && group.Subscriptions.MembersOf(pattern) == 0
            ? new(
                ErrorCode.InvalidRegularExpression,
                $"SubscribedTopicRegex `{Quotable(pattern)}` is not a valid regular expression: {fault}.")
            : null;

    // The text of a response has a largest length, which a pattern alone may have.
    private static string Quotable(string pattern) =>
        pattern.Length <= Re2Pattern.MaxLength ? pattern : $"{pattern.AsSpan(0, Re2Pattern.MaxLength)}...";

    /// <summary>Adds the records of a change, and starts to resolve the expressions of the group when that is due.</summary>
    public PatternChange Update(
        ConsumerGroup group, ConsumerGroupMember member, ConsumerGroupMember updated, Predicate<string> mayDescribe,
        List<GroupRecord> records)
    {
        var change = ChangeOf(group, member, updated, records);
        if (IsDue(group, member, updated) is { } patterns)
            Resolve(group.GroupId, patterns, mayDescribe);
        return change;
    }

    private static PatternChange ChangeOf(
        ConsumerGroup group, ConsumerGroupMember member, ConsumerGroupMember updated, List<GroupRecord> records)
    {
        if (member.SubscribedPattern == updated.SubscribedPattern)
            return PatternChange.None;
        if (member.Pattern is { } before && group.Subscriptions.MembersOf(before) == 1)
            records.Add(ConsumerGroupRecords.RemovePattern(group.GroupId, before));
        if (updated.Pattern is not { } pattern)
            return member.Pattern is null ? PatternChange.Unresolved : PatternChange.Resolved;
        return group.Subscriptions.MembersOf(pattern) > 0 && group.Subscriptions.Resolved.ContainsKey(pattern)
            ? PatternChange.Resolved
            : PatternChange.Unresolved;
    }

    /// <summary>The expressions to resolve now; null when nothing is due.</summary>
    private List<string>? IsDue(ConsumerGroup group, ConsumerGroupMember member, ConsumerGroupMember updated)
    {
        var subscriptions = group.Subscriptions;
        var isNew = updated.Pattern is { } added && added != member.SubscribedPattern && subscriptions.MembersOf(added) == 0;
        if ((!isNew && subscriptions.Patterns.Count == 0) || _resolving.Contains(group.GroupId))
            return null;
        var last = subscriptions.LastResolved;
        if (last is not null && context.NowMs <= last.TimestampMs + MinRefreshIntervalMs)
            return null;
        HashSet<string> patterns = new(subscriptions.Patterns.Keys, StringComparer.Ordinal);
        if (member.Pattern is { } left && subscriptions.MembersOf(left) == 1)
            patterns.Remove(left);
        if (updated.Pattern is { } current)
            patterns.Add(current);
        var isDue = isNew
            || patterns.Count != subscriptions.Resolved.Count
            || (last?.Version ?? 0) < context.Metadata.NewTopicsOffset
            || context.NowMs > (last?.TimestampMs ?? long.MinValue) + context.Config.PatternRefreshIntervalMs;
        return isDue && patterns.Count > 0 ? [.. patterns] : null;
    }

    private void Resolve(string groupId, List<string> patterns, Predicate<string> mayDescribe)
    {
        _resolving.Add(groupId);
        var (image, now) = (context.Image, context.NowMs);
        context.Shard.RunInBackground(() =>
        {
            Dictionary<string, ResolvedPattern> resolved = [];
            try
            {
                resolved = patterns.ToDictionary(pattern => pattern, pattern => Match(pattern, image, now, mayDescribe));
            }
            finally
            {
                context.Shard.Post("consumer-group-patterns-resolved", () => OnResolved(groupId, resolved));
            }
        });
    }

    private static ResolvedPattern Match(string pattern, MetadataImage image, long nowMs, Predicate<string> mayDescribe)
    {
        var matches = Re2Pattern.Compile(pattern);
        return new ResolvedPattern(
            image.Topics.ByName.Keys.Where(name => matches?.Invoke(name) == true && mayDescribe(name)).ToHashSet(StringComparer.Ordinal),
            image.HighestOffset, nowMs);
    }

    private CommandResult<GroupRecord> OnResolved(string groupId, Dictionary<string, ResolvedPattern> resolved)
    {
        _resolving.Remove(groupId);
        if (resolved.Count == 0 || groups.Find(groupId) is not { } group)
            return CommandResult.Empty<GroupRecord>();
        var records = new List<GroupRecord>();
        var counts = new SubscriptionCounts(group.Subscriptions.Counts);
        var hasChanged = false;
        foreach (var (pattern, topics) in resolved)
        {
            if (group.Subscriptions.MembersOf(pattern) == 0)
                continue;
            var before = group.Subscriptions.Resolved.GetValueOrDefault(pattern, ResolvedPattern.Empty);
            if (!before.Topics.SetEquals(topics.Topics))
            {
                hasChanged = true;
                counts.AddPatterns(before.Topics, -1);
                counts.AddPatterns(topics.Topics, 1);
            }
            records.Add(ConsumerGroupRecords.Pattern(groupId, pattern, topics));
        }
        var hash = context.Metadata.HashOf(counts.Topics);
        if (hasChanged || hash != group.MetadataHash)
        {
            var epoch = group.Epoch + 1;
            records.Add(ConsumerGroupRecords.Epoch(groupId, epoch, hash));
            group.LastRefresh = (context.Metadata.TopicsVersion, epoch);
        }
        return new(records);
    }
}
