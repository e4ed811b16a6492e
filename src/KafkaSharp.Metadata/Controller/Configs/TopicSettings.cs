using System.Globalization;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Metadata.Controller.Configs;

/// <summary>The configurations of topics that the controller itself uses. On the controller's event loop only.</summary>
internal sealed class TopicSettings(QuorumControllerOptions options, ControllerState state)
{
    public const string MinInSyncReplicas = "min.insync.replicas";
    private const string UncleanLeaderElection = "unclean.leader.election.enable";

    /// <summary><c>min.insync.replicas</c>, but no more than the topic has replicas.</summary>
    public int EffectiveMinIsr(TopicImage topic)
    {
        var configured = int.TryParse(Value(topic.Name, MinInSyncReplicas), CultureInfo.InvariantCulture,
            out var value) ? value : options.MinInSyncReplicas;
        var replicas = topic.Partition(0)?.Replicas.Length ?? configured;
        return Math.Min(configured, replicas);
    }

    public bool IsUncleanElectionEnabled(string topic) =>
        bool.TryParse(Value(topic, UncleanLeaderElection), out var value) ? value : options.UncleanLeaderElectionEnable;

    private string? Value(string topic, string name)
    {
        var configs = state.Image.Configs;
        return configs.Value(ConfigResource.Topic(topic), name)
            ?? configs.Value(ConfigResource.Broker(options.NodeId), name)
            ?? configs.Value(ConfigResource.BrokerDefault, name);
    }
}
