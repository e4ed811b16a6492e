using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>
/// A consumer of the classic protocol as a test drives it, for a classic group or a consumer group. An eager one gives up everything when
/// it joins again; a cooperative one says what it has, and gives up what it has not been assigned.
/// </summary>
internal sealed class ClassicConsumer(GroupHarness harness, string? instanceId = null, bool isCooperative = false)
{
    public string MemberId { get; set; } = "";

    public int Generation { get; set; } = -1;

    public string[] Topics { get; set; } = ["con"];

    public int SessionTimeout { get; init; } = 10_000;

    public int RebalanceTimeout { get; init; } = 30_000;

    public string[] Protocols { get; init; } = ["range"];

    /// <summary>What it has, as topic and partition.</summary>
    public List<(string Topic, int Partition)> Owned { get; set; } = [];

    public string OwnedText => string.Join(' ', Owned.Order().Select(owned => $"{owned.Topic}-{owned.Partition}"));

    public static byte[] Assignment(params (string Topic, int Partition)[] partitions) => GroupHarness.Write(
        new ConsumerProtocolAssignment
        {
            AssignedPartitions =
            [
                .. partitions.GroupBy(partition => partition.Topic).Select(topic => new ConsumerProtocolAssignment.TopicPartition
                {
                    Topic = topic.Key, Partitions = [.. topic.Select(partition => partition.Partition)],
                }),
            ],
        }, 1);

    /// <summary>Joins, after it has received a member id if it needs one.</summary>
    public async Task<JoinGroupResponse> Join(short version = 9)
    {
        var response = await Send(version);
        if (response.ErrorCode == ErrorCode.MemberIdRequired)
        {
            MemberId = response.MemberId;
            response = await Send(version);
        }
        if (response.ErrorCode == ErrorCode.None)
            (MemberId, Generation) = (response.MemberId, response.GenerationId);
        return response;
    }

    /// <summary>Joins a consumer group and fetches what it is assigned.</summary>
    public async Task<ErrorCode> JoinAndSync()
    {
        var joined = await Join().Soon();
        return joined.ErrorCode == ErrorCode.None ? (await Sync().Soon()).ErrorCode : joined.ErrorCode;
    }

    public async Task<SyncGroupResponse> Sync(params (string MemberId, byte[] Assignment)[] assignments)
    {
        var response = await harness.Sync(MemberId, Generation, instanceId, assignments);
        if (response.ErrorCode == ErrorCode.None)
            Owned = Read(response.Assignment);
        return response;
    }

    public Task<ErrorCode> Heartbeat() => harness.Heartbeat(MemberId, Generation, instanceId);

    public Task<LeaveGroupResponse> Leave() => harness.Leave((MemberId, instanceId));

    public static List<(string Topic, int Partition)> Read(byte[] assignment)
    {
        if (assignment.Length == 0)
            return [];
        var reader = new KafkaReader(assignment);
        return
        [
            .. ConsumerProtocolAssignment.Read(ref reader, reader.ReadInt16()).AssignedPartitions.SelectMany(
                topic => topic.Partitions.Select(partition => (topic.Topic, partition))),
        ];
    }

    private Task<JoinGroupResponse> Send(short version)
    {
        if (!isCooperative)
            Owned = [];
        return harness.Join(
            MemberId, instanceId, version, SessionTimeout, RebalanceTimeout, metadata: Subscription(), protocols: Protocols);
    }

    private byte[] Subscription() => GroupHarness.Write(
        new ConsumerProtocolSubscription
        {
            Topics = [.. Topics],
            OwnedPartitions =
            [
                .. Owned.GroupBy(owned => owned.Topic).Select(topic => new ConsumerProtocolSubscription.TopicPartition
                {
                    Topic = topic.Key, Partitions = [.. topic.Select(owned => owned.Partition)],
                }),
            ],
        }, 1);
}
