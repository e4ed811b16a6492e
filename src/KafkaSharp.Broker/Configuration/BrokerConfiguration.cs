using KafkaSharp.Configuration;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Network;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Raft.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// The configuration of a broker: the properties of a file (or, without one, those of a single node for development) and the overrides,
/// parsed and checked as a whole. Immutable.
/// </summary>
public sealed class BrokerConfiguration
{
    /// <summary>The log directory where no file sets one, below the current folder.</summary>
    public const string DefaultDataFolder = "kafkasharp-data";

    private static readonly Dictionary<string, string> WithoutFile = new()
    {
        ["process.roles"] = "broker,controller",
        ["node.id"] = "1",
        ["listeners"] = "PLAINTEXT://127.0.0.1:9092",
        ["log.dirs"] = DefaultDataFolder,
        ["offsets.topic.replication.factor"] = "1",
        ["transaction.state.log.replication.factor"] = "1",
        ["transaction.state.log.min.isr"] = "1",
        ["group.initial.rebalance.delay.ms"] = "0",
    };

    private BrokerConfiguration(ConfigValues values) => Values = values;

    public ConfigValues Values { get; }

    public int NodeId { get; private init; }

    /// <summary>Full paths, in the order they were given, without repetition.</summary>
    public IReadOnlyList<string> LogDirs { get; private init; } = [];

    public string MetadataLogDir { get; private init; } = "";

    /// <summary>Every listener, the controller's among them.</summary>
    public IReadOnlyList<Endpoint> Listeners { get; private init; } = [];

    /// <summary>The addresses for clients; a listener that is not in it advertises itself.</summary>
    public IReadOnlyList<Endpoint> AdvertisedListeners { get; private init; } = [];

    public IReadOnlyList<string> ControllerListenerNames { get; private init; } = [];

    /// <summary>The listener that brokers use among themselves; where it is not set, the one named after its security protocol.</summary>
    public string InterBrokerListenerName { get; private init; } = "";

    /// <summary>
    /// Whether the quorum's voters are configured (<c>controller.quorum.voters</c>), rather than kept in the metadata log.
    /// </summary>
    public bool HasStaticVoters { get; private init; }

    /// <summary>Keys that are set and that Kafka knows, but that have no effect here.</summary>
    public IReadOnlyList<string> InactiveKeys { get; private init; } = [];

    /// <summary>A sentence on each key that is set and that Kafka does not know.</summary>
    public IReadOnlyList<string> UnknownKeys { get; private init; } = [];

    /// <summary>A sentence on each key that is set and that Kafka will remove.</summary>
    public IReadOnlyList<string> DeprecatedKeys { get; private init; } = [];

    /// <summary>The features that this node supports.</summary>
    public IReadOnlyList<KafkaFeature> Features => FeatureNames.Supported(Values.Get(MetadataConfigs.UnstableFeatureVersionsEnable));

    /// <param name="file">The properties of the configuration file; null for none.</param>
    /// <param name="overrides">Properties over those.</param>
    /// <exception cref="BrokerStartException">Something is wrong; the message names every fault, a line each.</exception>
    public static BrokerConfiguration Load(
        IReadOnlyDictionary<string, string>? file, IReadOnlyDictionary<string, string>? overrides = null)
    {
        var given = new Dictionary<string, string>(file ?? WithoutFile);
        foreach (var (key, value) in overrides ?? new Dictionary<string, string>())
            given[key] = value;
        var unknown = KeyNotices.OfUnknown(given.Keys);
        var faults = new ConfigurationFaults();
        var values = ConfigValues.Parse(BrokerSchema.Instance, given, faults.Messages);
        foreach (var (name, text) in given.Where(entry => BrokerSchema.Instance.Find(entry.Key) is null))
            _ = faults.Try(() => BrokerSchema.Find(ListenerKey.BaseOf(name))?.ParseObject(text));
        foreach (var fault in BrokerConfigRules.Faults(given, isDynamic: false))
            faults.Add(fault);
        var nodeId = values.Get(BrokerConfigs.NodeId) ?? values.Get(BrokerConfigs.BrokerId);
        var listeners = ListenerConfiguration.Read(values, faults);
        CheckNode(values, nodeId, listeners, faults);
        if (listeners.Listeners.Count > 0 && values.IsSet(NetworkConfigs.Listeners) == given.ContainsKey(NetworkConfigs.Listeners.Name))
            listeners.Check(faults);
        _ = faults.Try(() => ConnectionLimits.From(values));
        return faults.HasAny ? throw faults.ToException(unknown) : Of(values, nodeId, listeners, unknown);
    }

    private static void CheckNode(ConfigValues values, int nodeId, ListenerConfiguration listeners, ConfigurationFaults faults)
    {
        var roles = values.Get(BrokerConfigs.ProcessRoles);
        if (roles is null && !values.Given.ContainsKey(BrokerConfigs.ProcessRoles.Name))
            faults.Add("Missing required configuration process.roles, which has no default value: set process.roles=broker,controller");
        else if (roles is not null && (!roles.Contains("broker") || !roles.Contains("controller")))
            faults.Add($"process.roles is '{string.Join(',', roles)}': KafkaSharp runs as one node with both roles, " +
                "process.roles=broker,controller");
        if (nodeId < 0 && !values.Given.ContainsKey(BrokerConfigs.NodeId.Name))
            faults.Add("Missing required configuration node.id, which has no default value");
        var voters = faults.Try(() => RaftConfigs.ParseVoters(values, listeners.ControllerNames.FirstOrDefault("CONTROLLER")));
        if (voters is { Count: > 0 } && nodeId >= 0 && voters.Find(nodeId) is null)
        {
            faults.Add("If process.roles contains the 'controller' role, the node id "
                + $"{nodeId} must be included in the set of voters controller.quorum.voters={values.GetText(RaftConfigs.Voters)}");
        }
    }

    private static BrokerConfiguration Of(
        ConfigValues values, int nodeId, ListenerConfiguration listeners, IReadOnlyList<string> unknown)
    {
        var logDirs = (values.Get(BrokerConfigs.LogDirs) ?? values.Get(BrokerConfigs.LogDir)).Select(FullPath).Distinct().ToArray();
        return new BrokerConfiguration(values)
        {
            NodeId = nodeId,
            LogDirs = logDirs,
            MetadataLogDir = values.Get(RaftConfigs.LogDir) is { Length: > 0 } folder ? FullPath(folder) : logDirs[0],
            Listeners = listeners.Listeners,
            AdvertisedListeners = listeners.Advertised,
            ControllerListenerNames = listeners.ControllerNames,
            InterBrokerListenerName = listeners.InterBrokerName,
            HasStaticVoters = values.Get(RaftConfigs.Voters).Count > 0,
            InactiveKeys = KeyNotices.Inactive(values.Given.Keys),
            UnknownKeys = unknown,
            DeprecatedKeys = KeyNotices.Deprecated(values),
        };
    }

    /// <summary>The form that <see cref="LogDirs"/> has of a directory; * stays.</summary>
    internal static string FullPathOrAll(string folder) => folder == "*" ? folder : FullPath(folder);

    private static string FullPath(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
}
