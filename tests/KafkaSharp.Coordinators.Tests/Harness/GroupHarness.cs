using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Coordinators.Tests.Harness;

/// <summary>
/// A coordinator on one thread and a clock that stands: commands run inside the call that sends them, timers inside <see cref="Advance"/>.
/// </summary>
internal sealed class GroupHarness : IAsyncDisposable
{
    public const string GroupId = "group";
    public static readonly byte[] Metadata = Subscription("con");

    private readonly Queue<IThreadPoolWorkItem> _background = new();
    private int _guids;
    private long _metadataOffset;
    private MetadataImage _image = MetadataImage.Empty;

    public GroupHarness(
        GroupCoordinatorConfig? config = null, Func<Guid>? newGuid = null, int partitions = 1, ConsumerGroupConfig? consumerConfig = null)
    {
        Storage = new MemoryCoordinatorStorage();
        Topics = new FixedTopics().Add("con", 3).Add("con-b", 1);
        Coordinator = new GroupCoordinator(
            Storage, Topics, config ?? new GroupCoordinatorConfig(), Time, newGuid
                ?? (() => new Guid(++_guids, 0, 0, new byte[8])), NullLogger.Instance, Run, consumerConfig);
        if (partitions > 0)
            Coordinator.Start(partitions);
        for (var partition = 0; partition < partitions; partition++)
            Coordinator.OnElection(partition, 0);
    }

    public ManualTimeProvider Time { get; } = new();
    public MemoryCoordinatorStorage Storage { get; }
    public FixedTopics Topics { get; }
    public GroupCoordinator Coordinator { get; }

    /// <summary>Whether work outside the event loops waits for <see cref="RunBackground"/>.</summary>
    public bool HoldsBackground { get; set; }

    /// <summary>A coordinator that has loaded records which another one has written.</summary>
    public static GroupHarness Load(params MemoryCoordinatorStorage.Entry[] entries)
    {
        var harness = new GroupHarness();
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.Entries(0).AddRange(entries);
        harness.Coordinator.OnElection(0, 2);
        return harness;
    }

    public static byte[] Subscription(params string[] topics) => Write(
        new ConsumerProtocolSubscription { Topics = [.. topics], OwnedPartitions = [] }, 1);

    public static GroupRequestContext Context(short version, string client = "client") => new(client, "/127.0.0.1", version);

    /// <summary>Delivers the metadata in which a topic of that id is deleted.</summary>
    public void DeleteTopic(string name, Uuid id)
    {
        var before = new MetadataDelta(MetadataImage.Empty);
        before.Replay(new MetadataRecord(new TopicRecord { Name = name, TopicId = id }, 0));
        var delta = new MetadataDelta(before.Apply(new MetadataProvenance(++_metadataOffset, 0, 0)));
        delta.Replay(new MetadataRecord(new RemoveTopicRecord { TopicId = id }, 0));
        Coordinator.OnMetadataUpdate(delta, delta.Apply(new MetadataProvenance(++_metadataOffset, 0, 0)));
    }

    /// <summary>Delivers metadata in which a topic is deleted.</summary>
    public void RemoveTopic(string name)
    {
        var delta = new MetadataDelta(_image);
        delta.Replay(new MetadataRecord(new RemoveTopicRecord { TopicId = Topics.TopicId(name) }, 0));
        Topics.Remove(name);
        _image = delta.Apply(new MetadataProvenance(++_metadataOffset, 0, 0));
        Coordinator.OnMetadataUpdate(delta, _image);
    }

    /// <summary>Runs the work outside the event loops that waits.</summary>
    public void RunBackground()
    {
        while (_background.TryDequeue(out var work))
            work.Execute();
    }

    /// <summary>Delivers metadata in which topics exist with so many partitions, new ones or larger ones.</summary>
    public void PublishTopics(params (string Name, int Partitions)[] topics)
    {
        var delta = new MetadataDelta(_image);
        foreach (var (name, partitions) in topics)
        {
            if (Topics.TopicId(name).IsZero || !Topics.PartitionExists(name, partitions - 1))
                Topics.Add(name, partitions, Topics.TopicId(name) is { IsZero: false } known ? known : null);
            var id = Topics.TopicId(name);
            if (_image.Topics.Topic(id) is null)
                delta.Replay(new MetadataRecord(new TopicRecord { Name = name, TopicId = id }, 0));
            for (var partition = _image.Topics.Topic(id)?.PartitionCount ?? 0; partition < partitions; partition++)
            {
                var record = new PartitionRecord { TopicId = id, PartitionId = partition, Replicas = [1], Isr = [1], Leader = 1 };
                delta.Replay(new MetadataRecord(record, 0));
            }
        }
        _image = delta.Apply(new MetadataProvenance(++_metadataOffset, 0, 0));
        Coordinator.OnMetadataUpdate(delta, _image);
    }

    /// <summary>Delivers metadata in which __consumer_offsets has so many partitions.</summary>
    public void SetOffsetsTopic(int partitions)
    {
        var delta = new MetadataDelta(_image);
        var id = new Uuid(9, 9);
        delta.Replay(new MetadataRecord(new TopicRecord { Name = OffsetsTopic.Name, TopicId = id }, 0));
        for (var partition = 0; partition < partitions; partition++)
        {
            delta.Replay(new MetadataRecord(
                new PartitionRecord { TopicId = id, PartitionId = partition, Replicas = [1], Isr = [1], Leader = 1, LeaderEpoch = 0 }, 0));
        }
        _image = delta.Apply(new MetadataProvenance(++_metadataOffset, 0, 0));
        Coordinator.OnMetadataUpdate(delta, _image);
    }

    /// <summary>Delivers metadata in which the group has a value of its own for a configuration.</summary>
    public void Configure(string name, string value)
    {
        var delta = new MetadataDelta(_image);
        delta.Replay(new MetadataRecord(
            new ConfigRecord { ResourceType = (sbyte)ConfigResourceType.Group, ResourceName = GroupId, Name = name, Value = value }, 0));
        _image = delta.Apply(new MetadataProvenance(++_metadataOffset, 0, 0));
        Coordinator.OnMetadataUpdate(delta, _image);
    }

    public void Advance(double milliseconds) => Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    public Task<JoinGroupResponse> Join(
        string memberId = "", string? instance = null, short version = 9, int session = 10_000, int rebalance = 30_000, string type =
            "consumer",
        string group = GroupId, byte[]? metadata = null, params string[] protocols) =>
        Join(version, new JoinGroupRequest
        {
            GroupId = group,
            MemberId = memberId,
            GroupInstanceId = instance,
            SessionTimeoutMs = session,
            RebalanceTimeoutMs = rebalance,
            ProtocolType = type,
            Protocols = (protocols.Length == 0 ? ["range"] : protocols)
                .Select(name => new JoinGroupRequest.JoinGroupRequestProtocol { Name = name, Metadata = metadata ?? Metadata }).ToList(),
        });

    public Task<JoinGroupResponse> Join(short version, JoinGroupRequest request) =>
        Coordinator.Classic.JoinGroupAsync(Context(version), request, _ => true);

    /// <summary>Asks for a member id and joins with it; the response arrives when the rebalance ends.</summary>
    public async Task<(string MemberId, Task<JoinGroupResponse> Joined)> JoinKnown(string group = GroupId, params string[] protocols)
    {
        var required = await Join(group: group, protocols: protocols);
        Assert.That(required.ErrorCode, Is.EqualTo(ErrorCode.MemberIdRequired));
        return (required.MemberId, Join(required.MemberId, group: group, protocols: protocols));
    }

    public Task<SyncGroupResponse> Sync(
        string memberId, int generation, string? instance = null, params (string MemberId, byte[] Assignment)[] assignments) =>
        Coordinator.Classic.SyncGroupAsync(Context(5), new SyncGroupRequest
        {
            GroupId = GroupId,
            MemberId = memberId,
            GroupInstanceId = instance,
            GenerationId = generation,
            ProtocolType = "consumer",
            ProtocolName = "range",
            Assignments = assignments.Select(
                a => new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = a.MemberId, Assignment = a.Assignment })
                .ToList(),
        });

    public async Task<ErrorCode> Heartbeat(string memberId, int generation, string? instance = null) =>
        (await Coordinator.Classic.HeartbeatAsync(Context(4), new HeartbeatRequest
        {
            GroupId = GroupId,
            MemberId = memberId,
            GroupInstanceId = instance,
            GenerationId = generation,
        })).ErrorCode;

    public Task<LeaveGroupResponse> Leave(params (string MemberId, string? Instance)[] members) =>
        Coordinator.Classic.LeaveGroupAsync(Context(5), new LeaveGroupRequest
        {
            GroupId = GroupId,
            Members = members.Select(m => new LeaveGroupRequest.MemberIdentity { MemberId = m.MemberId, GroupInstanceId = m.Instance })
                .ToList(),
        });

    public async Task<ErrorCode> Commit(
        long offset, string memberId = "", int generation = -1, string? instance = null, string topic = "con", int partition = 0,
        string? metadata = "", short version = 9, string group = GroupId, long retention = -1)
    {
        var response = await Coordinator.Offsets.CommitAsync(Context(version), new OffsetCommitRequest
        {
            GroupId = group,
            MemberId = memberId,
            GroupInstanceId = instance,
            GenerationIdOrMemberEpoch = generation,
            RetentionTimeMs = retention,
            Topics =
            [
                new()
                {
                    Name = topic,
                    TopicId = Topics.TopicId(topic),
                    Partitions = [new() { PartitionIndex = partition, CommittedOffset = offset, CommittedMetadata = metadata }],
                },
            ],
        });
        return response.Topics[0].Partitions[0].ErrorCode;
    }

    /// <summary>The committed offset, or -1.</summary>
    public async Task<long> Committed(string topic = "con", int partition = 0, string group = GroupId) =>
        (await FetchPartition(topic, partition, group)).CommittedOffset;

    public async Task<OffsetFetchResponse.OffsetFetchResponsePartitions> FetchPartition(
        string topic, int partition, string group = GroupId, bool requireStable = false)
    {
        var response = await Coordinator.Offsets.FetchAsync(Context(9), new OffsetFetchRequest
        {
            Groups = [new() { GroupId = group, Topics = [new() { Name = topic, PartitionIndexes = [partition] }] }],
            RequireStable = requireStable,
        });
        Assert.That(response.Groups[0].ErrorCode, Is.EqualTo(ErrorCode.None));
        return response.Groups[0].Topics[0].Partitions[0];
    }

    public async Task<DescribeGroupsResponse.DescribedGroup> Describe(string group = GroupId, short version = 6) =>
        (await Coordinator.Classic.DescribeGroupsAsync(Context(version), new DescribeGroupsRequest { Groups = [group] })).Groups[0];

    public async Task<ErrorCode> Delete(string group = GroupId) =>
        (await Coordinator.Administration.DeleteGroupsAsync(
            Context(2), new DeleteGroupsRequest { GroupsNames = [group] })).Results[0].ErrorCode;

    /// <summary>A stable group of so many dynamic members in its first generation; the first one leads.</summary>
    public async Task<string[]> StableGroup(int members = 1)
    {
        var joins = new List<(string MemberId, Task<JoinGroupResponse> Joined)>();
        for (var i = 0; i < members; i++)
            joins.Add(await JoinKnown());
        Advance(3000);
        Advance(3000);
        var generation = (await joins[0].Joined).GenerationId;
        var leader = (await joins[0].Joined).Leader;
        var ids = joins.Select(join => join.MemberId).OrderBy(id => id != leader).ToArray();
        foreach (var id in ids)
            await Sync(id, generation, assignments: id == leader ? [.. ids.Select((m, i) => (m, new[] { (byte)i }))] : []);
        Assert.That((await Describe()).GroupState, Is.EqualTo("Stable"));
        return ids;
    }

    public async ValueTask DisposeAsync() => await Coordinator.DisposeAsync();

    private void Run(IThreadPoolWorkItem item)
    {
        if (HoldsBackground && item is BackgroundWork)
            _background.Enqueue(item);
        else
            item.Execute();
    }

    /// <summary>The message after an int16: its version, or the record type of a key.</summary>
    public static byte[] Write<T>(T message, short version, short? prefix = null)
        where T : IMessage
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(buffer);
        writer.WriteInt16(prefix ?? version);
        message.Write(ref writer, version);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
