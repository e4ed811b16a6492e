using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Controller.Replication;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Log;
using KafkaSharp.StateMachines;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Metadata.Tests.Controller;

/// <summary>The control managers over their state, without a log: what a command writes is replayed at once.</summary>
internal sealed class ControllerHarness : IKRaftVersion
{
    public ControllerHarness(QuorumControllerOptions? options = null, IEnumerable<CommittedBatch<MetadataRecord>>? log = null)
    {
        Options = options ?? new QuorumControllerOptions { NodeId = 1, ClusterId = "cluster" };
        Managers = new ControlManagers(Options, State, new FakeConfigurations(), this, Time, new Random(1), Log);
        foreach (var batch in log ?? [])
        {
            State.Load([batch]);
            NextOffset = batch.LastOffset + 1;
        }
        State.Activate(1);
        Run(new ControllerActivation(Options, State, Managers).Activate());
    }

    public QuorumControllerOptions Options { get; }

    public ManualTimeProvider Time { get; } = new();

    public CollectingLogger Log { get; } = new();

    /// <summary>The level of the quorum, with the last upgrade that was not only validated.</summary>
    public short KRaftVersion { get; set; }

    short IKRaftVersion.Level => KRaftVersion;

    public ControllerState State { get; } = new();

    public ControlManagers Managers { get; }

    public long NextOffset { get; private set; }

    public MetadataImage Image => State.Image;

    /// <summary>What the last command wrote.</summary>
    public IReadOnlyList<MetadataRecord> Written { get; private set; } = [];

    public TResponse Run<TResponse>(CommandResult<MetadataRecord, TResponse> result)
    {
        Written = result.Records;
        foreach (var record in result.Records)
            State.Replay(NextOffset++, MetadataRecordSerde.Instance.Read(GenuineLog.Bytes(record)));
        return result.Response;
    }

    /// <summary>Registers a broker and unfences it.</summary>
    public long StartBroker(int id, string? rack = null, long previousEpoch = -1)
    {
        var epoch = Run(Managers.Registrations.Register(Registration(id, rack, previousEpoch), NextOffset)).BrokerEpoch;
        Run(Managers.Heartbeats.Process(Heartbeat(id, epoch)));
        return epoch;
    }

    public BrokerRegistrationRequest Registration(int id, string? rack = null, long previousEpoch = -1) => new()
    {
        BrokerId = id,
        ClusterId = Options.ClusterId,
        IncarnationId = new(id, NextOffset + 100),
        Rack = rack,
        LogDirs = [new(id, 1000)],
        PreviousBrokerEpoch = previousEpoch,
        Listeners = [new() { Name = "PLAINTEXT", Host = "127.0.0.1", Port = (ushort)(9000 + id) }],
        Features =
        [
            .. Metadata.Features.FeatureNames.All.Select(f => new BrokerRegistrationRequest.Feature
            {
                Name = f.Name, MinSupportedVersion = f.MinLevel, MaxSupportedVersion = f.MaxLevel,
            }),
        ],
    };

    public BrokerHeartbeatRequest Heartbeat(int id, long epoch, bool wantShutDown = false, bool wantFence = false) => new()
    {
        BrokerId = id, BrokerEpoch = epoch, CurrentMetadataOffset = NextOffset - 1, WantShutDown = wantShutDown, WantFence = wantFence,
    };

    public CreateTopicsResponse.CreatableTopicResult CreateTopic(
        string name, int partitions = 1, short replicas = 1, params (string Name, string? Value)[] configs) =>
        Run(Managers.TopicCreation.Create(new CreateTopicsRequest
        {
            Topics =
            [
                new()
                {
                    Name = name,
                    NumPartitions = partitions,
                    ReplicationFactor = replicas,
                    Configs = [.. configs.Select(
                        config => new CreateTopicsRequest.CreatableTopicConfig { Name = config.Name, Value = config.Value })],
                },
            ],
        })).Topics.Single();

    void IKRaftVersion.Upgrade(short level, bool validateOnly) => KRaftVersion = validateOnly ? KRaftVersion : level;
}
