using System.Globalization;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.MetadataLog;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Broker.Hosting;

/// <summary>The registrations of a node as a broker and as a controller, and the options of its controller.</summary>
internal static class ClusterRegistrations
{
    public static BrokerRegistrationRequest Broker(
        BrokerConfiguration configuration, string clusterId, Uuid incarnation, IEnumerable<Endpoint> advertised, LogManager logs) => new()
        {
            BrokerId = configuration.NodeId,
            ClusterId = clusterId,
            IncarnationId = incarnation,
            Listeners =
            [
                .. advertised.Select(e => new BrokerRegistrationRequest.Listener
                {
                    Name = e.ListenerName,
                    Host = e.Host!,
                    Port = (ushort)e.Port,
                    SecurityProtocol = (short)e.SecurityProtocol,
                }),
            ],
            Features =
            [
                .. configuration.Features.Select(f => new BrokerRegistrationRequest.Feature
                {
                    Name = f.Name,
                    MinSupportedVersion = f.MinLevel,
                    MaxSupportedVersion = f.MaxLevel,
                }),
            ],
            Rack = configuration.Values.Get(MetadataConfigs.BrokerRack),
            LogDirs = [.. logs.LiveDirectories.Select(d => d.Id ?? Uuid.Zero)],
            PreviousBrokerEpoch = logs.PreviousBrokerEpoch,
        };

    public static QuorumControllerOptions ControllerOptions(
        BrokerConfiguration configuration, BrokerEnvironment environment, string clusterId, Uuid incarnation,
        IReadOnlyList<Endpoint> advertised)
    {
        var values = configuration.Values;
        string Text(string name) => values.GetText(BrokerLogConfigs.SynonymsOf(name)[0])!;
        return new QuorumControllerOptions
        {
            NodeId = configuration.NodeId,
            ClusterId = clusterId,
            LocalIncarnation = incarnation,
            DefaultNumPartitions = values.Get(MetadataConfigs.NumPartitions),
            DefaultReplicationFactor = (short)values.Get(MetadataConfigs.DefaultReplicationFactor),
            DeleteTopicEnable = values.Get(MetadataConfigs.DeleteTopicEnable),
            BrokerSessionTimeout = TimeSpan.FromMilliseconds(values.Get(MetadataConfigs.BrokerSessionTimeoutMs)),
            MaxIdleInterval = TimeSpan.FromMilliseconds(values.Get(RaftConfigs.MaxIdleIntervalMs)),
            LeaderImbalanceCheckInterval = values.Get(MetadataConfigs.AutoLeaderRebalanceEnable)
                ? Durations.OfSeconds(values.Get(MetadataConfigs.LeaderImbalanceCheckIntervalSeconds))
                : null,
            MinInSyncReplicas = int.Parse(Text(TopicConfigs.MinInSyncReplicas.Name), CultureInfo.InvariantCulture),
            UncleanLeaderElectionEnable = bool.Parse(Text(TopicConfigs.UncleanLeaderElectionEnable.Name)),
            Features = configuration.Features,
            Registration = Controller(configuration, environment, advertised),
            BootstrapRecords = new BootstrapSnapshots(environment.Files, configuration.MetadataLogDir, environment.Time).ReadBootstrap(),
        };
    }

    // A node without a controller listener cannot be reached as a controller and does not register as one.
    private static ControllerRegistrationRequest? Controller(
        BrokerConfiguration configuration, BrokerEnvironment environment, IReadOnlyList<Endpoint> advertised) =>
            advertised.Count == 0 ? null : new()
        {
            ControllerId = configuration.NodeId,
            IncarnationId = Uuid.Random(environment.Random),
            Listeners =
            [
                .. advertised.Select(e => new ControllerRegistrationRequest.Listener
                {
                    Name = e.ListenerName,
                    Host = e.Host!,
                    Port = (ushort)e.Port,
                    SecurityProtocol = (short)e.SecurityProtocol,
                }),
            ],
            Features =
            [
                .. configuration.Features.Select(f => new ControllerRegistrationRequest.Feature
                {
                    Name = f.Name,
                    MinSupportedVersion = f.MinLevel,
                    MaxSupportedVersion = f.MaxLevel,
                }),
            ],
        };
}
