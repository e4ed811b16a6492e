using System.Globalization;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.MetadataLog;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// Prepares log directories for a node of a cluster (Kafka's <c>Formatter</c> behind <c>kafka-storage format</c>): <c>meta.properties</c>
/// in each, <c>bootstrap.checkpoint</c> with the feature levels in the metadata directory and, for a quorum that keeps its voters in the
/// log, the first snapshot.
/// </summary>
public sealed class StorageFormatter(BrokerConfiguration configuration, IFileSystem files, TimeProvider time, Random random)
{
    public required string ClusterId { get; init; }

    public bool IgnoreFormatted { get; init; }

    /// <summary>A release such as <c>4.3-IV0</c> or <c>4.0</c>; null for the newest.</summary>
    public string? ReleaseVersion { get; init; }

    /// <summary>Feature levels as NAME=LEVEL.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Whether to create a dynamic quorum with this node as its only voter.</summary>
    public bool Standalone { get; init; }

    /// <summary>Formats the directories and reports each step in one line, with the text of Kafka's tool.</summary>
    /// <exception cref="BrokerStartException">An option is invalid, then nothing was written; or a directory cannot be written.</exception>
    public void Run(Action<string> say)
    {
        var ensemble = MetaPropertiesEnsemble.Load(files, LogDirectories.PathsOf(configuration));
        if (ensemble.Failed.Count > 0)
            throw new BrokerStartException($"I/O error trying to read log directory {string.Join(", ", ensemble.Failed.Keys)}.");
        if (ensemble.Formatted.Count > 0 && !IgnoreFormatted)
        {
            throw new BrokerStartException(
                $"Log directory {ensemble.Formatted.Keys.First()} is already formatted. Use --ignore-formatted to ignore this directory " +
                "and format the others.");
        }
        if (ensemble.Verify(ClusterId, configuration.NodeId) is [var fault, ..])
            throw new BrokerStartException(fault);
        var (version, levels) = Levels();
        if (ensemble.Unformatted.Count == 0)
        {
            say("All of the log directories are already formatted.");
            return;
        }
        try
        {
            FormatUnformatted(ensemble);
        }
        catch (IOException e)
        {
            throw new BrokerStartException($"The log directories cannot be formatted: {e.Message}", e);
        }
        foreach (var directory in ensemble.Unformatted)
        {
            var kind = directory != configuration.MetadataLogDir ? "data directory"
                : IsDynamic(levels) ? "dynamic metadata voter directory" : "metadata directory";
            say($"Formatting {kind} {directory} with metadata.version {version.Name}.");
        }
    }

    internal void FormatUnformatted(MetaPropertiesEnsemble ensemble)
    {
        if (!Uuid.TryParse(ClusterId, out _))
            throw new BrokerStartException(
                $"Cluster ID string {ClusterId} does not appear to be a valid UUID: 22 characters of URL-safe base64.");
        var (version, levels) = Levels();
        var dynamic = IsDynamic(levels);
        var taken = new HashSet<Uuid>();
        foreach (var directory in ensemble.Unformatted)
        {
            Uuid id;
            do
                id = ensemble.GenerateDirectoryId(random);
            while (!taken.Add(id));
            files.CreateDirectory(directory);
            if (directory == configuration.MetadataLogDir)
            {
                var snapshots = new BootstrapSnapshots(files, directory, time);
                snapshots.WriteBootstrap(BootstrapMetadata.Records(version, levels));
                if (dynamic)
                    snapshots.WriteVoters(new VoterSet([new RaftVoter(configuration.NodeId, id, ControllerEndpoints())]));
            }
            new MetaProperties { ClusterId = ClusterId, NodeId = configuration.NodeId, DirectoryId = id }.Write(
                files, directory, time.GetUtcNow());
        }
    }

    // Without configured voters the log must contain this voter; both at once are a contradiction.
    private bool IsDynamic(Dictionary<string, short> levels)
    {
        if (Standalone && configuration.HasStaticVoters)
            throw new BrokerStartException(
                "You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone. If you want " +
                "to use "
                + "dynamic quorum, please remove controller.quorum.voters and specify controller.quorum.bootstrap.servers instead.");
        var wanted = levels.TryGetValue(FeatureNames.KRaft, out var level) ? level : (short?)null;
        if (configuration.HasStaticVoters && wanted == 1)
            throw new BrokerStartException(
                "Cannot set kraft.version to 1 unless KIP-853 configuration is present: controller.quorum.voters must not be set.");
        return !configuration.HasStaticVoters && wanted != 0;
    }

    private List<RaftEndpoint> ControllerEndpoints()
    {
        var endpoints = configuration.Listeners
            .Where(listener => configuration.ControllerListenerNames.Contains(listener.ListenerName))
            .Select(listener => AdvertisedEndpoints.Of(configuration, listener))
            .Select(endpoint => new RaftEndpoint(endpoint.ListenerName, endpoint.Host!, (ushort)endpoint.Port))
            .ToList();
        // A voter needs an address. Without a controller listener the address is unused, and it is updated when there is a listener.
        return endpoints.Count > 0 ? endpoints : [new RaftEndpoint("CONTROLLER", "localhost", 9093)];
    }

    private (MetadataVersion Version, Dictionary<string, short> Levels) Levels()
    {
        var version = MetadataVersion.Latest;
        if (ReleaseVersion is not null)
        {
            version = MetadataVersion.Parse(ReleaseVersion)
                ?? throw new BrokerStartException(
                    $"Unknown metadata.version '{ReleaseVersion}'. Supported metadata.version are: {MetadataVersion.Minimum.Name} to " +
                    $"{MetadataVersion.Latest.Name}");
        }
        var levels = new Dictionary<string, short>();
        foreach (var text in Features)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !short.TryParse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var level))
                throw new BrokerStartException($"Can't parse feature=level string {text}: a feature is given as NAME=LEVEL.");
            var name = text[..at].Trim();
            if (FeatureNames.Find(name) is not { } feature)
            {
                var names = FeatureNames.All.Select(f => f.Name).Where(n => n != FeatureNames.MetadataVersion);
                throw new BrokerStartException($"Unsupported feature: {name}. Supported features are: {string.Join(", ", names)}");
            }
            if (level < feature.MinLevel || level > feature.MaxLevel)
                throw new BrokerStartException($"No feature:{name} with feature level {level}");
            if (name == FeatureNames.MetadataVersion)
                version = new MetadataVersion(level);
            else
                levels[name] = level;
        }
        return (version, levels);
    }
}
