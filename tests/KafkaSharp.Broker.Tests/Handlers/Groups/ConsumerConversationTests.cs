using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Handlers.Groups;

/// <summary>
/// Sends the recorded requests of members of consumer groups to our broker over a socket. The responses must be the same bytes as the
/// genuine broker's, after ids are made equal.
/// </summary>
internal sealed class ConsumerConversationTests
{
    /// <summary>The first recorded request after the genuine broker had found the topics of the regular expression.</summary>
    private const int FirstResolved = 53;

    private static readonly (string Name, int Partitions, string RecordedId)[] s_topics =
        [("con", 3, "Afg6kKOcS523ab7aMUA8hA"), ("con-b", 1, "yMtkGWH8R66mkDa8gMH4zg")];

    // Ids of topics and members that a broker makes, as hexadecimal digits of their bytes: theirs and ours.
    private readonly Dictionary<string, string> _ids = [];
    private readonly Dictionary<string, int> _epochs = [];
    private TestNode _node = null!;

    [TearDown]
    public ValueTask Stop() => _node.DisposeAsync();

    [TestCase("consumer-kip848-errors", 1, 8, "ng-e", "ng-e2", "ng-e3")]
    [TestCase("features-0/consumer-kip848", 0, 1, "ng")]
    public async Task Members_receive_the_bytes_of_the_genuine_broker(
        string conversation, short groupVersion, int exchanges, params string[] groups)
    {
        await StartAsync(groupVersion);
        var compared = 0;
        foreach (var exchange in Exchange.Of(conversation).OrderBy(exchange => exchange.Order))
            compared += await CompareAsync(exchange, groups) ? 1 : 0;
        Assert.That(compared, Is.EqualTo(exchanges));
    }

    /// <summary>
    /// The topics of a regular expression are looked for on another thread, and assigned when the interval since the last assignment has
    /// passed. Here the interval is long until the time of the recording has come.
    /// </summary>
    [Test]
    public async Task A_regular_expression_has_the_effects_it_has_in_the_genuine_broker()
    {
        await StartAsync(1, ("group.consumer.assignment.interval.ms", "15000"));
        var compared = 0;
        foreach (var exchange in Exchange.Of("consumer-kip848").OrderBy(exchange => exchange.Order))
        {
            if (exchange.Order == FirstResolved)
            {
                await Eventually.True(async () => (await DescribeAsync("ng")).GroupEpoch == 3, "the new topic begins an epoch");
                await AlterAssignmentIntervalAsync("0");
            }
            compared += await CompareAsync(exchange, "ng") ? 1 : 0;
        }
        Assert.That(compared, Is.EqualTo(36));
    }

    private async Task StartAsync(short groupVersion, params (string, string)[] configs)
    {
        _ids.Clear();
        _epochs.Clear();
        _node = await TestNode.StartAsync(
        [
            ("offsets.topic.num.partitions", "1"), ("group.consumer.heartbeat.interval.ms", "500"),
            ("group.consumer.min.heartbeat.interval.ms", "500"), .. configs,
        ]);
        foreach (var (name, partitions, recorded) in s_topics)
            _ids[Hex(Uuid.Parse(recorded))] = Hex(await _node.CreateTopicAsync(name, partitions));
        if (groupVersion == 0)
            await DisableAsync();
        await _node.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new() { CoordinatorKeys = ["ng"] }, 6);
        await Eventually.True(
            async () => (await DescribeAsync("ng")).ErrorCode is ErrorCode.GroupIdNotFound or ErrorCode.UnsupportedVersion,
            "the coordinator has loaded");
    }

    private async Task<bool> CompareAsync(Exchange exchange, params string[] groups) => exchange.Api switch
    {
        "ConsumerGroupHeartbeat" => exchange.ReadRequest<ConsumerGroupHeartbeatRequest>() is var request
            && await CatchUpAsync(request, groups)
            && await CompareAsync<ConsumerGroupHeartbeatResponse>(exchange, Sort),
        "OffsetFetch" => exchange.ReadRequest<OffsetFetchRequest>().Groups.TrueForAll(group => groups.Contains(group.GroupId))
            && await CompareAsync<OffsetFetchResponse>(exchange),
        "OffsetCommit" => groups.Contains(exchange.ReadRequest<OffsetCommitRequest>().GroupId)
            && await CompareAsync<OffsetCommitResponse>(exchange),
        _ => false,
    };

    private async Task<bool> CompareAsync<T>(Exchange exchange, Action<T>? sort = null)
        where T : class, IMessage<T>
    {
        var request = Convert.ToHexStringLower(exchange.Request);
        foreach (var (theirs, ours) in _ids)
            request = request.Replace(theirs, ours, StringComparison.Ordinal);
        var response = Convert.ToHexStringLower(await _node.AskAsync(Convert.FromHexString(request)));
        foreach (var (theirs, ours) in _ids)
            response = response.Replace(ours, theirs, StringComparison.Ordinal);
        Assert.That(Bytes(Convert.FromHexString(response)), Is.EqualTo(Bytes(exchange.Response)), $"{exchange.Api} {exchange.Text}");
        return true;

        string Bytes(byte[] frame)
        {
            var read = exchange.ReadResponse<T>(frame);
            sort?.Invoke(read);
            return TestNode.Readable(exchange.Bytes(read));
        }
    }

    /// <summary>
    /// Whether the request is of one of the groups. Repeated heartbeats are left out of the recording: one that brought the member a new
    /// epoch is sent here.
    /// </summary>
    private async Task<bool> CatchUpAsync(ConsumerGroupHeartbeatRequest request, string[] groups)
    {
        if (!groups.Contains(request.GroupId))
            return false;
        if (_epochs.TryGetValue(request.MemberId, out var last) && request.MemberEpoch > last)
        {
            await _node.AskAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
                new() { GroupId = request.GroupId, MemberId = request.MemberId, MemberEpoch = last }, 1);
        }
        _epochs[request.MemberId] = request.MemberEpoch;
        return true;
    }

    /// <summary>The order of topics is that of their ids in a hash table of Java.</summary>
    private static void Sort(ConsumerGroupHeartbeatResponse response) => response.Assignment?.TopicPartitions.Sort(
        (one, other) => string.CompareOrdinal(one.TopicId.ToString(), other.TopicId.ToString()));

    private async Task<ConsumerGroupDescribeResponse.DescribedGroup> DescribeAsync(string groupId) =>
        (await _node.AskAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(new() { GroupIds = [groupId] }, 1)).Groups[0];

    private async Task AlterAssignmentIntervalAsync(string value)
    {
        var response = await _node.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new()
            {
                Resources =
                [
                    new()
                    {
                        ResourceType = 4,
                        ResourceName = "",
                        Configs = [new() { Name = "group.consumer.assignment.interval.ms", ConfigOperation = 0, Value = value }],
                    },
                ],
            },
            1);
        Assert.That(response.Responses[0].ErrorCode, Is.EqualTo(ErrorCode.None), response.Responses[0].ErrorMessage);
    }

    private async Task DisableAsync()
    {
        var response = await _node.AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(
            new()
            {
                TimeoutMs = 30_000,
                FeatureUpdates = [new() { Feature = FeatureNames.Group, MaxVersionLevel = 0, UpgradeType = 2 }],
            },
            1);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None), response.ErrorMessage);
    }

    private static string Hex(Uuid id) => $"{id.MostSignificantBits:x16}{id.LeastSignificantBits:x16}";
}
