using KafkaSharp.Protocol;
using KafkaSharp.Testing.Faults;
using KafkaSharp.Testing.Requests;

namespace KafkaSharp.Testing;

/// <summary>
/// Says in sentences why a group does not settle or does not consume a topic: from the group, the offsets of the topic, the recorded
/// requests and the faults.
/// </summary>
/// <param name="group">The group as it is.</param>
/// <param name="topic">The topic that it is to consume; null for the group alone.</param>
/// <param name="requests">The requests of clients.</param>
/// <param name="faults">The faults in effect.</param>
internal sealed class GroupExplanation(
    TestGroup group,
    ExplainedTopic? topic,
    IReadOnlyList<RecordedRequest> requests,
    IReadOnlyList<ActiveFault> faults)
{
    private readonly ILookup<string?, RecordedRequest> _requestsByClient = requests.ToLookup(request => request.ClientId);

    public override string ToString() => string.Join(Environment.NewLine, Sentences());

    private IEnumerable<string> Sentences() =>
        [.. TopicSentences(), .. GroupSentences(), .. PartitionSentences(), .. TransactionSentences(), .. FaultSentences()];

    private IEnumerable<string> TopicSentences()
    {
        if (topic?.Partitions is [])
            yield return $"Topic {topic.Name} does not exist.";
        else if (topic?.Partitions.All(range => range.IsEmpty) == true)
            yield return $"Topic {topic.Name} has no records.";
    }

    private IEnumerable<string> GroupSentences()
    {
        yield return $"Group {group.Id} is {group.State} with {Count(group.Members.Count, "member")}.";
        if (group.Members.Count == 0)
            yield return WhyWithoutMembers();
        else if (group.State is "PreparingRebalance")
            yield return "It waits until all members have sent JoinGroup; a client does that when it polls. A member that does not is "
                + "removed after its max.poll.interval.ms, or after its session.timeout.ms without a heartbeat.";
        else if (group.State is "CompletingRebalance")
            yield return "It waits for SyncGroup of its leader, which has the assignment.";
        foreach (var member in group.Members)
            yield return $"Member {member.MemberId} of client {member.ClientId}: {Latest(member.ClientId)}.";
    }

    private string WhyWithoutMembers()
    {
        var named = requests.Where(request => request.Groups.Contains(group.Id)).ToList();
        if (named.Any(request => request.Api == ApiKey.JoinGroup))
            return $"Its members have left or were removed; the last request for it was {named[^1].Api} of client {named[^1].ClientId}.";
        return requests.LastOrDefault(request => request.Api == ApiKey.Fetch && Names(request)) is { } fetch
            ? $"No client has sent JoinGroup for it; client {fetch.ClientId} fetches the topic without it (assign instead of subscribe)."
            : "No client has sent JoinGroup for it: no consumer with this group.id has subscribed and polled.";
    }

    private string Latest(string? clientId)
    {
        var own = _requestsByClient[clientId];
        var last = own.LastOrDefault();
        return last is null
            ? "no request of it is recorded"
            : $"its last request was {last.Api}, its last Fetch {LastOf(ApiKey.Fetch)}, its last JoinGroup {LastOf(ApiKey.JoinGroup)}";

        string LastOf(ApiKey api) =>
            own.LastOrDefault(request => request.Api == api) is { } request
                ? $"request {request.Number} at {request.Time:HH:mm:ss.fff}"
                : "was never sent";
    }

    private IEnumerable<string> PartitionSentences()
    {
        if (topic is null || (group.State != "Stable" && group.Offsets.Count == 0))
            yield break;
        foreach (var range in topic.Partitions)
        {
            var owner = group.Members.FirstOrDefault(member => member.Assignment.Contains((topic.Name, range.Partition)));
            var assigned = owner is not null ? $"is assigned to client {owner.ClientId}" : "is assigned to no member";
            yield return $"{topic.Name}-{range.Partition} {assigned}; {Progress(topic.Name, range)}.";
        }
    }

    /// <summary>The first open transaction of each partition: the others change nothing for a consumer until it has ended.</summary>
    private IEnumerable<string> TransactionSentences() => topic is null
        ? []
        : topic.OpenTransactions.DistinctBy(open => open.Partition).Select(open =>
            $"{open}: consumers with isolation.level=read_committed get nothing from there on.");

    private string Progress(string name, OffsetRange range)
    {
        if (!group.Offsets.TryGetValue((name, range.Partition), out var committed))
            return "no offset is committed, so auto.offset.reset decides: with latest, the default, what was there before the start of "
                + $"the consumer is not returned, of {Count(range.Count, "record")}";
        if (committed < range.Start || committed > range.End)
            return $"the committed offset {committed} is outside of the log, {range.Start} to {range.End}, so auto.offset.reset decides";
        return committed == range.End
            ? $"the group has committed the end, {range.End}"
            : $"the group has committed {committed}, {Count(range.End - committed, "record")} before the end {range.End}";
    }

    private IEnumerable<string> FaultSentences() =>
        faults.Where(fault => fault.Hits > 0).Select(fault => $"A fault has affected {Count(fault.Hits, "request")}: {fault.Fault}.");

    private bool Names(RecordedRequest request) => request.Topics.Any(named => named.Name == topic?.Name);

    private static string Count(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
