using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.MetadataLog;
using KafkaSharp.Metadata;
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
        var levels = Levels();
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
            say($"Formatting {kind} {directory} with metadata.version {levels.Version.Name}.");
        }
    }

    internal void FormatUnformatted(MetaPropertiesEnsemble ensemble)
    {
        var levels = Levels();
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
                snapshots.WriteBootstrap(BootstrapMetadata.Records(levels.Version, levels.Levels));
                if (dynamic)
                    snapshots.WriteVoters(new VoterSet([new RaftVoter(configuration.NodeId, id, ControllerEndpoints())]));
            }
            new MetaProperties { ClusterId = ClusterId, NodeId = configuration.NodeId, DirectoryId = id }.Write(
                files, directory, time.GetUtcNow());
        }
    }

    // Without configured voters the log must contain this voter; both at once are a contradiction.
    private bool IsDynamic(FormatLevels levels)
    {
        if (Standalone && configuration.HasStaticVoters)
            throw new BrokerStartException(
                "You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone. If you want " +
                "to use "
                + "dynamic quorum, please remove controller.quorum.voters and specify controller.quorum.bootstrap.servers instead.");
        if (configuration.HasStaticVoters && levels.KRaft > 0)
        {
            throw new BrokerStartException(
                $"Cannot set {FeatureNames.KRaft} to {levels.KRaft} unless controller.quorum.voters is empty and one of the flags " +
                "--standalone, --initial-controllers, or --no-initial-controllers is used. For dynamic controllers support, try using " +
                "one of --standalone, --initial-controllers, or --no-initial-controllers and removing controller.quorum.voters.");
        }
        if (Standalone && levels.KRaft == 0)
        {
            throw new BrokerStartException(
                $"Cannot set {FeatureNames.KRaft} to 0 if controller.quorum.voters is empty and one of the flags " +
                "--standalone, --initial-controllers, or --no-initial-controllers is used. For dynamic controllers support, try " +
                "removing the --feature flag for kraft.version.");
        }
        return !configuration.HasStaticVoters && levels.KRaft != 0;
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

    private FormatLevels Levels() =>
        FormatLevels.Read(ReleaseVersion, Features, configuration.Values.Get(MetadataConfigs.UnstableFeatureVersionsEnable));
}
