using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Testing.Faults;
using KafkaSharp.Testing.Requests;
using KafkaSharp.Testing.Waiting;

namespace KafkaSharp.Testing;

/// <summary>The consumer groups of a test broker. Thread-safe.</summary>
public sealed class TestGroups
{
    // The last version that names topics; later ones have their ids.
    private const short OffsetFetchVersion = 9;
    private const string ConsumerProtocolType = "consumer";

    private readonly BrokerClient _client;
    private readonly TestTopics _topics;
    private readonly TestTransactions _transactions;
    private readonly RequestLog _requests;
    private readonly TestFaults _faults;

    internal TestGroups(
        BrokerClient client, TestTopics topics, TestTransactions transactions, RequestLog requests, TestFaults faults)
    {
        _client = client;
        _topics = topics;
        _transactions = transactions;
        _requests = requests;
        _faults = faults;
    }

    /// <summary>The ids of all groups.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellation = default)
    {
        var response = await _client.SendAsync<ListGroupsRequest, ListGroupsResponse>(new ListGroupsRequest(), null, cancellation);
        KafkaTestException.ThrowIf("Listing the groups", response.ErrorCode);
        return [.. response.Groups.Select(group => group.GroupId).Order(StringComparer.Ordinal)];
    }

    /// <summary>A group with its members and offsets; in state Dead if there is none.</summary>
    public async Task<TestGroup> DescribeAsync(string group, CancellationToken cancellation = default)
    {
        var described = await LookUpAsync(group, cancellation);
        var members = described.Members.Select(member => new TestGroupMember(
            member.MemberId, member.GroupInstanceId, member.ClientId,
            described.ProtocolType == ConsumerProtocolType ? ConsumerAssignments.Read(member.MemberAssignment) : []));
        return new TestGroup(
            group, described.GroupState, described.ProtocolData, [.. members], await OffsetsAsync(group, cancellation));
    }

    /// <summary>
    /// Says in sentences why a group does not settle or does not consume a topic: its state, what its clients last requested, what is
    /// assigned, committed and left of each partition of the topic, which transactions are open in it, and which faults have had an effect.
    /// </summary>
    public async Task<string> ExplainAsync(string group, string? topic = null, CancellationToken cancellation = default)
    {
        var described = await DescribeAsync(group, cancellation);
        var explained = topic is null ? null : new ExplainedTopic(
            topic, await _topics.RangesAsync(topic, cancellation), await _transactions.OpenInAsync(topic, cancellation));
        return new GroupExplanation(described, explained, _requests.All, _faults.Active).ToString();
    }

    /// <summary>Waits, by the test's own clock, until a group has committed the end of every partition of a topic.</summary>
    /// <exception cref="KafkaTestException">
    /// It has not within the time (ten seconds by default); the message says what is left, and explains why.
    /// </exception>
    public async Task WaitUntilConsumedAsync(
        string group, string topic, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        await WaitAsync(
            group,
            async _ =>
            {
                var ends = await _topics.EndOffsetsAsync(topic, cancellation);
                var committed = await OffsetsAsync(group, cancellation);
                var left = ends.Where(end => end.Value > committed.GetValueOrDefault((topic, end.Key)))
                    .Select(end => $"{topic}-{end.Key}: {committed.GetValueOrDefault((topic, end.Key))} of {end.Value}").ToList();
                return ends.Count == 0 ? $"topic {topic} does not exist" : left.Count == 0 ? null : string.Join(", ", left);
            },
            $"has not consumed {topic}", topic, timeout, cancellation);
    }

    /// <summary>Waits, by the test's own clock, until a group is stable with so many members.</summary>
    /// <exception cref="KafkaTestException">It is not within the time (ten seconds by default); the message explains why.</exception>
    public Task WaitUntilStableAsync(
        string group, int members = 1, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        WaitAsync(
            group,
            state => Task.FromResult(state.State == "Stable" && state.Members.Count == members ? null : $"{members} were expected"),
            $"is not stable with {members} members", topic: null, timeout, cancellation);

    /// <summary>
    /// Ends the sessions of members as if their session timeout had passed without a heartbeat: the coordinator removes them, and the group
    /// rebalances. Returns how many it were.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="clientId">Only the members of clients with this id; null for all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<int> ExpireSessionsAsync(string group, string? clientId = null, CancellationToken cancellation = default)
    {
        var described = await LookUpAsync(group, cancellation);
        var members = described.Members.Where(member => clientId is null || member.ClientId == clientId).ToList();
        if (members.Count == 0)
            return 0;
        var response = await _client.SendAsync<LeaveGroupRequest, LeaveGroupResponse>(
            new LeaveGroupRequest
            {
                GroupId = group,
                Members = [.. members.Select(member => new LeaveGroupRequest.MemberIdentity
                {
                    MemberId = member.MemberId,
                    GroupInstanceId = member.GroupInstanceId,
                    Reason = "a test ended the session",
                })],
            },
            null, cancellation);
        KafkaTestException.ThrowIf($"Ending the sessions of group {group}", response.ErrorCode);
        return response.Members.Count(member => member.ErrorCode == ErrorCode.None);
    }

    private async Task WaitAsync(
        string group,
        Func<TestGroup, Task<string?>> missing,
        string what,
        string? topic,
        TimeSpan? timeout,
        CancellationToken cancellation)
    {
        var deadline = new Deadline(timeout);
        while (true)
        {
            var state = await DescribeAsync(group, cancellation);
            if (await missing(state) is not { } reason)
                return;
            if (deadline.IsOver)
            {
                var explanation = await ExplainAsync(group, topic, cancellation);
                throw new KafkaTestException($"Group {group} {what} after {deadline}: {reason}.{Environment.NewLine}{explanation}");
            }
            await Deadline.PauseAsync(cancellation);
        }
    }

    /// <summary>
    /// Describes a group once it has a coordinator: the first lookup creates the topic of the offsets, as for clients.
    /// </summary>
    private async Task<DescribeGroupsResponse.DescribedGroup> LookUpAsync(string group, CancellationToken cancellation)
    {
        var deadline = new Deadline(timeout: null);
        while (true)
        {
            await _client.SendAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
                new FindCoordinatorRequest { CoordinatorKeys = [group] }, null, cancellation);
            var response = await _client.SendAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
                new DescribeGroupsRequest { Groups = [group] }, null, cancellation);
            var described = response.Groups[0];
            if (described.ErrorCode is ErrorCode.None or ErrorCode.GroupIdNotFound)
                return described;
            if (!described.ErrorCode.IsRetriable() || deadline.IsOver)
                throw new KafkaTestException($"Describing group {group}", described.ErrorCode, described.ErrorMessage);
            await Deadline.PauseAsync(cancellation);
        }
    }

    private async Task<Dictionary<(string Topic, int Partition), long>> OffsetsAsync(string group, CancellationToken cancellation)
    {
        var request = new OffsetFetchRequest { Groups = [new() { GroupId = group, Topics = null }] };
        var response = await _client.SendAsync<OffsetFetchRequest, OffsetFetchResponse>(request, OffsetFetchVersion, cancellation);
        KafkaTestException.ThrowIf($"Asking for the offsets of group {group}", response.Groups[0].ErrorCode);
        return response.Groups[0].Topics
            .SelectMany(topic => topic.Partitions, (topic, partition) => (topic.Name, partition))
            .ToDictionary(offset => (offset.Name, offset.partition.PartitionIndex), offset => offset.partition.CommittedOffset);
    }
}
