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
    private const string DefaultListener = "CONTROLLER";

    public required string ClusterId { get; init; }

    public bool IgnoreFormatted { get; init; }

    /// <summary>A release such as <c>4.3-IV0</c> or <c>4.0</c>; null for the newest.</summary>
    public string? ReleaseVersion { get; init; }

    /// <summary>Feature levels as NAME=LEVEL.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Whether to create a dynamic quorum with this node as its only voter. The default without configured voters.</summary>
    public bool Standalone { get; init; }

    /// <summary>The voters of a dynamic quorum, as <c>id@host:port:directory</c> separated by commas; null to not give any.</summary>
    public string? InitialControllers { get; init; }

    /// <summary>Whether to write no voters, for a node that is to be added to the quorum of others.</summary>
    public bool NoInitialControllers { get; init; }

    /// <summary>Formats the directories and reports each step in one line, with the text of Kafka's tool.</summary>
    /// <exception cref="BrokerStartException">An option is invalid, then nothing was written; or a directory cannot be written.</exception>
    public void Run(Action<string> say)
    {
        CheckQuorumOptions();
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
        var voter = InitialVoter(levels);
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
                : voter is not null ? "dynamic metadata voter directory" : "metadata directory";
            say($"Formatting {kind} {directory} with metadata.version {levels.Version.Name}.");
        }
    }

    internal void FormatUnformatted(MetaPropertiesEnsemble ensemble)
    {
        var levels = Levels();
        var voter = InitialVoter(levels);
        var taken = new HashSet<Uuid>();
        foreach (var directory in ensemble.Unformatted)
        {
            var isMetadata = directory == configuration.MetadataLogDir;
            var id = isMetadata ? voter?.DirectoryId ?? default : default;
            while (id.IsZero || !taken.Add(id))
                id = ensemble.GenerateDirectoryId(random);
            files.CreateDirectory(directory);
            if (isMetadata)
            {
                var snapshots = new BootstrapSnapshots(files, directory, time);
                snapshots.WriteBootstrap(BootstrapMetadata.Records(levels.Version, levels.Levels));
                if (voter is not null)
                    snapshots.WriteVoters(new VoterSet([voter with { DirectoryId = id }]));
            }
            new MetaProperties { ClusterId = ClusterId, NodeId = configuration.NodeId, DirectoryId = id }.Write(
                files, directory, time.GetUtcNow());
        }
    }

    private void CheckQuorumOptions()
    {
        if (((Standalone ? 1 : 0) + (NoInitialControllers ? 1 : 0) + (InitialControllers is null ? 0 : 1)) > 1)
            throw new BrokerStartException("Only one of --standalone, --no-initial-controllers and --initial-controllers can be given.");
        if (configuration.HasStaticVoters && (Standalone || InitialControllers is not null))
        {
            throw new BrokerStartException(
                "You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone. If you want " +
                "to use dynamic quorum, please remove controller.quorum.voters and specify controller.quorum.bootstrap.servers instead.");
        }
    }

    /// <summary>
    /// The voter that the log begins with: this node, with a directory id of zero if none is given. Null if the voters are configured, or
    /// if the node is to be added to others.
    /// </summary>
    private RaftVoter? InitialVoter(FormatLevels levels)
    {
        CheckKRaftLevel(levels.KRaft);
        if (configuration.HasStaticVoters || NoInitialControllers)
            return null;
        if (InitialControllers is null)
            return new RaftVoter(configuration.NodeId, default, [ControllerEndpoint()]);
        var listener = configuration.ControllerListenerNames is [var first, ..] ? first : DefaultListener;
        var voters = InitialVoters.Parse(InitialControllers, listener);
        return voters.Count == 1 && voters.Find(configuration.NodeId) is { } self
            ? self
            : throw new BrokerStartException(
                $"--initial-controllers names the voters {string.Join(", ", voters.Voters.Select(voter => voter.Id))}, but KafkaSharp " +
                "does not support a quorum of several nodes yet: give only the voter of this node " +
                $"({configuration.NodeId}), or --standalone.");
    }

    private void CheckKRaftLevel(short? level)
    {
        if (configuration.HasStaticVoters && level > 0)
        {
            throw new BrokerStartException(
                $"Cannot set {FeatureNames.KRaft} to {level} unless controller.quorum.voters is empty and one of the flags " +
                "--standalone, --initial-controllers, or --no-initial-controllers is used. For dynamic controllers support, try using " +
                "one of --standalone, --initial-controllers, or --no-initial-controllers and removing controller.quorum.voters.");
        }
        if (!configuration.HasStaticVoters && level == 0)
        {
            throw new BrokerStartException(
                $"Cannot set {FeatureNames.KRaft} to 0 if controller.quorum.voters is empty and one of the flags " +
                "--standalone, --initial-controllers, or --no-initial-controllers is used. For dynamic controllers support, try " +
                "removing the --feature flag for kraft.version.");
        }
        if (level is < 0 or > RaftVoter.LatestKRaftVersion)
            throw new BrokerStartException($"No feature:{FeatureNames.KRaft} with feature level {level}");
    }

    // A voter needs an address. Without a controller listener the address is unused, and it is updated when there is a listener.
    private RaftEndpoint ControllerEndpoint() => configuration.Listeners
        .Where(listener => configuration.ControllerListenerNames.Contains(listener.ListenerName))
        .Select(listener => AdvertisedEndpoints.Of(configuration, listener))
        .Select(endpoint => new RaftEndpoint(endpoint.ListenerName, endpoint.Host!, (ushort)endpoint.Port))
        .Append(new RaftEndpoint(DefaultListener, "localhost", 9093))
        .First();

    private FormatLevels Levels() =>
        FormatLevels.Read(ReleaseVersion, Features, configuration.Values.Get(MetadataConfigs.UnstableFeatureVersionsEnable));
}
