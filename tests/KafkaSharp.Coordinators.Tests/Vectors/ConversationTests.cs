using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Configs;
using System.Text.Json;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Vectors;

/// <summary>
/// Conversations of genuine clients with a genuine 4.3.1 broker, replayed frame by frame: given the same member ids and the same clock,
/// every response must be the same bytes.
/// </summary>
internal sealed class ConversationTests
{
    private static readonly HashSet<string> Apis =
    [
        "JoinGroup", "SyncGroup", "Heartbeat", "LeaveGroup", "OffsetCommit", "OffsetFetch", "OffsetDelete", "DescribeGroups",
        "DeleteGroups", "ConsumerGroupHeartbeat",
    ];

    [TestCase("consumer-classic", 20)]
    [TestCase("consumer-classic-static", 7)]
    [TestCase("coordinator-raw", 48)]
    [TestCase("features-0/consumer-classic", 20)]
    [TestCase("admin-groups", 12, "livec", "fresh", "nope")]
    public async Task Every_response_has_the_bytes_of_the_genuine_broker(string name, int atLeast, params string[] onlyGroups)
    {
        var frames = TestInfrastructure.Vectors.Lines($"conversations/{name}.jsonl.gz").Select(line => Frame.Parse(line)).OfType<Frame>()
            .Where(frame => Apis.Contains(frame.Api)).ToList();
        var responses = frames.Where(frame => !frame.IsRequest).ToDictionary(frame => (frame.Connection, frame.CorrelationId));
        var guids = new Queue<Guid>();
        await using var harness = new GroupHarness(new GroupCoordinatorConfig { InitialRebalanceDelayMs = 0 }, () => guids.Dequeue());
        var pending = new Dictionary<(int, int), Task<byte[]>>();
        var ms = 0;
        var compared = 0;
        foreach (var frame in frames)
        {
            harness.Advance(frame.Milliseconds - ms);
            ms = frame.Milliseconds;
            var key = (frame.Connection, frame.CorrelationId);
            if (frame.IsRequest)
            {
                if (onlyGroups.Length > 0 && !frame.Groups().All(onlyGroups.Contains))
                    continue;
                if (frame.Api == "JoinGroup" && frame.Json("memberId") == "" && responses[key].Json("memberId") is { Length: > 0 } memberId)
                    guids.Enqueue(Guid.Parse(memberId[^36..]));
                pending[key] = RespondAsync(harness.Coordinator, frame);
            }
            else if (pending.TryGetValue(key, out var response))
            {
                Assert.That(Convert.ToHexString(await response.Soon()), Is.EqualTo(frame.BodyHex),
                    $"{frame.Api} v{frame.Version} at {ms} ms");
                compared++;
            }
        }
        Assert.That(compared, Is.AtLeast(atLeast));
    }

    /// <summary>
    /// The same for consumer groups. The genuine broker looked for the topics of the regular expression on another thread, and had not
    /// finished before the given time. Members of "mix" are of both protocols.
    /// </summary>
    [TestCase("consumer-kip848", 36, 3700, "ng")]
    [TestCase("consumer-kip848-errors", 7, 0, "ng-e", "ng-e2", "ng-e3")]
    [TestCase("consumer-kip848-errors", 20, 0, "mix")]
    public async Task Members_of_consumer_groups_receive_the_bytes_of_the_genuine_broker(
        string name, int atLeast, int resolvedAt, params string[] onlyGroups)
    {
        var frames = TestInfrastructure.Vectors.Lines($"conversations/{name}.jsonl.gz").Select(line => Frame.Parse(line)).OfType<Frame>()
            .Where(frame => Apis.Contains(frame.Api)).ToList();
        var responses = frames.Where(frame => !frame.IsRequest).ToDictionary(frame => (frame.Connection, frame.CorrelationId));
        var guids = new Queue<Guid>();
        await using var harness = new GroupHarness(
            new GroupCoordinatorConfig { InitialRebalanceDelayMs = 0 }, () => guids.Dequeue(),
            consumerConfig: new ConsumerGroupConfig { HeartbeatIntervalMs = 500 })
        {
            HoldsBackground = true,
        };
        harness.Topics.Add("con", 3, Uuid.Parse("Afg6kKOcS523ab7aMUA8hA")).Add("con-b", 1, Uuid.Parse("yMtkGWH8R66mkDa8gMH4zg"));
        harness.PublishTopics(("con", 3), ("con-b", 1));
        var pending = new Dictionary<(int, int), Task<byte[]>>();
        var epochs = new Dictionary<string, int>();
        var (ms, compared) = (0, 0);
        foreach (var frame in frames)
        {
            harness.Advance(frame.Milliseconds - ms);
            ms = frame.Milliseconds;
            if (ms >= resolvedAt)
                harness.RunBackground();
            var key = (frame.Connection, frame.CorrelationId);
            if (frame.IsRequest && frame.Groups().All(onlyGroups.Contains))
            {
                if (frame.Api == "JoinGroup" && frame.Json("memberId") == "")
                    guids.Enqueue(Guid.Parse(responses[key].Json("memberId")![^36..]));
                await CatchUp(harness.Coordinator, frame, epochs);
                pending[key] = RespondAsync(harness.Coordinator, frame);
            }
            else if (!frame.IsRequest && pending.TryGetValue(key, out var response))
            {
                Assert.That(
                    Convert.ToHexString(await response.Soon()), Is.EqualTo(frame.BodyHex), $"{frame.Api} v{frame.Version} at {ms} ms");
                compared++;
            }
        }
        Assert.That(compared, Is.AtLeast(atLeast));
    }

    /// <summary>Repeated heartbeats are left out of the recording: one that brought the member a new epoch is sent here.</summary>
    private static async Task CatchUp(GroupCoordinator coordinator, Frame frame, Dictionary<string, int> epochs)
    {
        if (frame.Api != "ConsumerGroupHeartbeat")
            return;
        var request = frame.Read<ConsumerGroupHeartbeatRequest>();
        if (epochs.TryGetValue(request.MemberId, out var last) && request.MemberEpoch > last)
        {
            await coordinator.Consumer.HeartbeatAsync(
                new GroupRequestContext(frame.ClientId, "/127.0.0.1", frame.Version),
                new ConsumerGroupHeartbeatRequest { GroupId = request.GroupId, MemberId = request.MemberId, MemberEpoch = last },
                _ => true);
        }
        epochs[request.MemberId] = request.MemberEpoch;
    }

    private static async Task<byte[]> RespondAsync(GroupCoordinator coordinator, Frame frame)
    {
        var context = new GroupRequestContext(frame.ClientId, "/127.0.0.1", frame.Version);
        IMessage response = frame.Api switch
        {
            "JoinGroup" => await coordinator.Classic.JoinGroupAsync(context, frame.Read<JoinGroupRequest>(), _ => true),
            "SyncGroup" => await coordinator.Classic.SyncGroupAsync(context, frame.Read<SyncGroupRequest>()),
            "Heartbeat" => await coordinator.Classic.HeartbeatAsync(context, frame.Read<HeartbeatRequest>()),
            "LeaveGroup" => await coordinator.Classic.LeaveGroupAsync(context, frame.Read<LeaveGroupRequest>()),
            "OffsetCommit" => await coordinator.Offsets.CommitAsync(context, frame.Read<OffsetCommitRequest>()),
            "OffsetFetch" => await coordinator.Offsets.FetchAsync(context, frame.Read<OffsetFetchRequest>()),
            "OffsetDelete" => await coordinator.Offsets.DeleteAsync(context, frame.Read<OffsetDeleteRequest>()),
            "DescribeGroups" => await Describe(coordinator, context, frame.Read<DescribeGroupsRequest>()),
            "ConsumerGroupHeartbeat" =>
                await coordinator.Consumer.HeartbeatAsync(context, frame.Read<ConsumerGroupHeartbeatRequest>(), _ => true),
            _ => await coordinator.Administration.DeleteGroupsAsync(context, frame.Read<DeleteGroupsRequest>()),
        };
        return GroupHarness.Write(response, frame.Version)[2..];
    }

    /// <summary>The operations that a caller may do are the handler's to fill in: here all, as without an authorizer.</summary>
    private static async Task<DescribeGroupsResponse> Describe(
        GroupCoordinator coordinator, GroupRequestContext context, DescribeGroupsRequest request)
    {
        var response = await coordinator.Classic.DescribeGroupsAsync(context, request);
        if (request.IncludeAuthorizedOperations)
            response.Groups.ForEach(group => group.AuthorizedOperations = 3400);
        return response;
    }

    private sealed record Frame(
        int Milliseconds, int Connection, bool IsRequest, string Api, short Version, int CorrelationId, string ClientId, byte[] Body,
        JsonElement Content)
    {
        public string BodyHex => Convert.ToHexString(Body);

        public static Frame? Parse(string line)
        {
            var json = JsonDocument.Parse(line).RootElement;
            if (!json.TryGetProperty("api", out var api) || !json.TryGetProperty("hex", out var hex)
                || !json.TryGetProperty("headerVersion", out var header))
                return null;
            var bytes = Convert.FromHexString(hex.GetString()!);
            var reader = new KafkaReader(bytes);
            var isRequest = json.GetProperty("dir").GetString() == "request";
            var clientId = "";
            if (isRequest)
                clientId = RequestHeader.Read(ref reader, header.GetInt16()).ClientId ?? "";
            else
                ResponseHeader.Read(ref reader, header.GetInt16());
            return new Frame(
                json.GetProperty("ms").GetInt32(), json.GetProperty("conn").GetInt32(), isRequest, api.GetString()!,
                json.GetProperty("version").GetInt16(), json.GetProperty("correlationId").GetInt32(), clientId, bytes[reader.Position..],
                json.GetProperty("json"));
        }

        public string? Json(string property) => Content.TryGetProperty(property, out var value) ? value.GetString() : null;

        public IEnumerable<string> Groups() =>
            Content.TryGetProperty("groupId", out var single) ? [single.GetString()!]
            : Content.TryGetProperty("groupsNames", out var names) ? names.EnumerateArray().Select(n => n.GetString()!)
            : Content.GetProperty("groups").EnumerateArray()
                .Select(g => g.ValueKind == JsonValueKind.String ? g.GetString()! : g.GetProperty("groupId").GetString()!);

        public T Read<T>()
            where T : class, IMessage<T>
        {
            var reader = new KafkaReader(Body);
            return T.Read(ref reader, Version);
        }
    }
}
