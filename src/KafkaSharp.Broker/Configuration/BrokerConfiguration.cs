using KafkaSharp.Configuration;
using KafkaSharp.Network;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Raft.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// What a broker is started with: the properties of a file (or, without one, those of a single node for development) and what was given over
/// them, parsed and checked as a whole. Immutable.
/// </summary>
public sealed class BrokerConfiguration
{
    /// <summary>Where data lies when no file says so, below the current folder.</summary>
    public const string DefaultDataFolder = "kafkasharp-data";

    private static readonly Dictionary<string, string> WithoutFile = new()
    {
        ["process.roles"] = "broker,controller",
        ["node.id"] = "1",
        ["listeners"] = "PLAINTEXT://127.0.0.1:9092",
        ["log.dirs"] = DefaultDataFolder,
        ["offsets.topic.replication.factor"] = "1",
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

    /// <summary>What clients are told, by listener; a listener that is not in it advertises itself.</summary>
    public IReadOnlyList<Endpoint> AdvertisedListeners { get; private init; } = [];

    public IReadOnlyList<string> ControllerListenerNames { get; private init; } = [];

    /// <summary>The listener that brokers use among themselves; unset, it is that of the name of its protocol.</summary>
    public string InterBrokerListenerName => Values.Get(NetworkConfigs.InterBrokerListenerName) ?? SecurityProtocol.Plaintext.Name();

    /// <summary>Whether the quorum's voters are configured (<c>controller.quorum.voters</c>), rather than kept in the metadata log.</summary>
    public bool HasStaticVoters { get; private init; }

    /// <summary>Keys that were given and that Kafka knows but nothing here acts on.</summary>
    public IReadOnlyList<string> InactiveKeys { get; private init; } = [];

    /// <summary>Keys that were given and that Kafka does not know.</summary>
    public IReadOnlyList<string> UnknownKeys { get; private init; } = [];

    /// <param name="file">The properties of the configuration file; null for none.</param>
    /// <param name="overrides">Properties over those.</param>
    /// <exception cref="BrokerStartException">Something is wrong; the message names every fault, a line each.</exception>
    public static BrokerConfiguration Load(
        IReadOnlyDictionary<string, string>? file, IReadOnlyDictionary<string, string>? overrides = null)
    {
        var given = new Dictionary<string, string>(file ?? WithoutFile);
        foreach (var (key, value) in overrides ?? new Dictionary<string, string>())
            given[key] = value;
        var faults = new List<string>();
        var values = ConfigValues.Parse(BrokerSchema.Instance, given, faults);
        foreach (var (name, text) in given.Where(entry => BrokerSchema.Instance.Find(entry.Key) is null))
            _ = Try(() => KnownBrokerConfigs.Find(name)?.ParseObject(text), faults);
        var configuration = Check(values, faults);
        return faults.Count == 0
            ? configuration!
            : throw new BrokerStartException(
                faults.Count == 1 ? faults[0] : $"{faults.Count} faults in the configuration:\n  {string.Join("\n  ", faults)}");
    }

    private static BrokerConfiguration? Check(ConfigValues values, List<string> faults)
    {
        var roles = values.Get(BrokerConfigs.ProcessRoles);
        if (roles is null && !values.Given.ContainsKey(BrokerConfigs.ProcessRoles.Name))
            faults.Add("Missing required configuration process.roles, which has no default value: set process.roles=broker,controller");
        else if (roles is not null && (!roles.Contains("broker") || !roles.Contains("controller")))
            faults.Add($"process.roles is '{string.Join(',', roles)}': KafkaSharp runs as one node with both roles, process.roles=broker,controller");
        var nodeId = values.Get(BrokerConfigs.NodeId) ?? values.Get(BrokerConfigs.BrokerId);
        if (nodeId < 0 && !values.Given.ContainsKey(BrokerConfigs.NodeId.Name))
            faults.Add("Missing required configuration node.id, which has no default value");

        var controllerNames = values.Get(NetworkConfigs.ControllerListenerNames) ?? [];
        var listeners = Try(() => ListenerEndpoints.Of(values, NetworkConfigs.Listeners), faults) ?? [];
        var advertised = Try(() => ListenerEndpoints.Of(values, NetworkConfigs.AdvertisedListeners), faults) ?? [];
        _ = Try(() => ConnectionLimits.From(values), faults);
        var voters = Try(() => RaftConfigs.ParseVoters(values, controllerNames.FirstOrDefault("CONTROLLER")), faults);
        if (voters is { Count: > 0 } && nodeId >= 0 && voters.Find(nodeId) is null)
        {
            faults.Add("If process.roles contains the 'controller' role, the node id "
                + $"{nodeId} must be included in the set of voters controller.quorum.voters={values.GetText(RaftConfigs.Voters)}");
        }
        if (faults.Count > 0)
            return null;
        if (controllerNames.Count > 0 && !listeners.Any(l => controllerNames.Contains(l.ListenerName)))
        {
            faults.Add("controller.listener.names must contain at least one value appearing in the 'listeners' configuration "
                + $"when running the KRaft controller role; it is '{string.Join(',', controllerNames)}'");
        }
        if (listeners.All(l => controllerNames.Contains(l.ListenerName)))
            faults.Add("listeners has none for clients: every one of them is in controller.listener.names");
        foreach (var unsupported in listeners.Where(l => l.SecurityProtocol != SecurityProtocol.Plaintext))
            faults.Add($"Listener {unsupported} wants {unsupported.SecurityProtocol.Name()}: KafkaSharp serves PLAINTEXT only as yet");
        foreach (var beyond in listeners.Concat(advertised).Where(l => l.Port > ushort.MaxValue))
            faults.Add($"Listener {beyond} has a port above {ushort.MaxValue}");
        foreach (var stray in advertised.Where(a => listeners.All(l => l.ListenerName != a.ListenerName)))
            faults.Add($"advertised.listeners names {stray.ListenerName}, which is not in listeners");
        var told = advertised.Count > 0 ? advertised : [.. listeners.Where(l => !controllerNames.Contains(l.ListenerName))];
        if (told.Any(l => l.Host == "0.0.0.0"))
            faults.Add("advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.");

        if (values.Get(NetworkConfigs.InterBrokerListenerName) is { } between && listeners.All(l => l.ListenerName != between))
            faults.Add($"inter.broker.listener.name is {between}, which is not in listeners");

        var logDirs = (values.Get(BrokerConfigs.LogDirs) ?? values.Get(BrokerConfigs.LogDir)).Select(FullPath).Distinct().ToArray();
        return faults.Count > 0 ? null : new BrokerConfiguration(values)
        {
            NodeId = nodeId,
            LogDirs = logDirs,
            MetadataLogDir = values.Get(RaftConfigs.LogDir) is { Length: > 0 } folder ? FullPath(folder) : logDirs[0],
            Listeners = listeners,
            AdvertisedListeners = advertised,
            ControllerListenerNames = controllerNames,
            HasStaticVoters = values.Get(RaftConfigs.Voters).Count > 0,
            InactiveKeys = [.. values.Given.Keys.Where(k => BrokerSchema.Instance.Find(k) is null && KnownBrokerConfigs.Find(k) is not null).Order()],
            UnknownKeys = [.. values.Given.Keys.Where(k => BrokerSchema.Find(k) is null).Order()],
        };
    }

    private static string FullPath(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    // A key that several checks read is at fault once.
    private static T? Try<T>(Func<T> read, List<string> faults)
        where T : class?
    {
        try
        {
            return read();
        }
        catch (ConfigException e)
        {
            if (!faults.Contains(e.Message))
                faults.Add(e.Message);
            return null;
        }
    }
}
