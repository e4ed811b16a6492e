using System.Diagnostics;
using System.Net;
using HostileClients.Records;
using HostileClients.Requests;
using HostileClients.Wire;
using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Scenarios;

/// <summary>The broker under attack, for what a scenario prepares.</summary>
internal sealed class Target(IPEndPoint broker) : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly BrokerConnection _admin = new(broker);
    private readonly List<string> _created = [];

    public IPEndPoint Broker => broker;

    /// <summary>Creates a topic, in place of one from an interrupted run, and waits for its leaders; its id.</summary>
    public Uuid CreateTopic(string name, int partitions = 1, params (string Key, string Value)[] configs)
    {
        Delete([name]);
        _created.Add(name);
        var created = _admin.Request<CreateTopicsRequest, CreateTopicsResponse>(
            new CreateTopicsRequest
            {
                Topics =
                [
                    new()
                    {
                        Name = name, NumPartitions = partitions, ReplicationFactor = 1,
                        Configs =
                        [
                            .. configs.Select(item => new CreateTopicsRequest.CreatableTopicConfig { Name = item.Key, Value = item.Value }),
                        ],
                    },
                ],
                TimeoutMs = 60_000,
            },
            7).Topics[0];
        if (created.ErrorCode != ErrorCode.None)
            throw new InvalidDataException($"topic {name} was not created: {created.ErrorCode} {created.ErrorMessage}");
        var begin = Stopwatch.GetTimestamp();
        while (!HasLeaders(name))
        {
            if (Stopwatch.GetElapsedTime(begin) > s_limit)
                throw new TimeoutException($"topic {name} has no leaders");
            Thread.Sleep(20);
        }
        return created.TopicId;
    }

    /// <summary>Waits until the broker coordinates the group, which creates the topic of the offsets.</summary>
    public void AwaitCoordinator(string group)
    {
        var begin = Stopwatch.GetTimestamp();
        while (!IsCoordinated(group))
        {
            if (Stopwatch.GetElapsedTime(begin) > s_limit)
                throw new TimeoutException($"group {group} has no coordinator");
            Thread.Sleep(20);
        }
    }

    /// <summary>Sends a request and waits for its response.</summary>
    public void Send(RequestFrame frame)
    {
        _admin.Send(frame);
        _admin.Discard();
    }

    /// <summary>Writes batches of 512 KB.</summary>
    public void Fill(string topic, int partition, int batches)
    {
        var records = new RecordBytes();
        records.AddZeros(512 * 1024);
        var produce = ProduceRequests.To(topic, partition, Batch.Of(1, records.Written, CompressionType.None, Batch.Now));
        for (var i = 0; i < batches; i++)
        {
            _admin.Send(produce);
            _admin.Discard();
        }
    }

    /// <summary>Writes a batch of <paramref name="bytes"/> to each of the first partitions.</summary>
    public void FillEach(string topic, int partitions, int bytes)
    {
        var records = new RecordBytes();
        records.AddZeros(bytes);
        var batch = Batch.Of(1, records.Written, CompressionType.None, Batch.Now);
        for (var partition = 0; partition < partitions; partition++)
        {
            _admin.Send(ProduceRequests.To(topic, partition, batch));
            _admin.Discard();
        }
    }

    /// <summary>Deletes the topics that were created here.</summary>
    public void DeleteTopics() => Delete(_created);

    public void Dispose() => _admin.Dispose();

    private void Delete(List<string> topics) => _admin.Request<DeleteTopicsRequest, DeleteTopicsResponse>(
        new() { TimeoutMs = 30_000, Topics = [.. topics.Select(name => new DeleteTopicsRequest.DeleteTopicState { Name = name })] }, 6);

    private bool IsCoordinated(string group) =>
        _admin.Request<FindCoordinatorRequest, FindCoordinatorResponse>(new() { CoordinatorKeys = [group] }, 4).Coordinators[0].ErrorCode
            == ErrorCode.None
        && _admin.Request<HeartbeatRequest, HeartbeatResponse>(new() { GroupId = group, MemberId = "absent" }, 4).ErrorCode
            == ErrorCode.UnknownMemberId;

    private bool HasLeaders(string name)
    {
        var topic = _admin.Request<MetadataRequest, MetadataResponse>(
            new() { Topics = [new() { Name = name }], AllowAutoTopicCreation = false }, 12).Topics[0];
        return topic.ErrorCode == ErrorCode.None && topic.Partitions is [_, ..] partitions && partitions.All(one => one.LeaderId >= 0);
    }
}
