using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Checkpoints;

/// <summary>
/// The <c>meta.properties</c> of all log directories of a node (Kafka's <c>MetaPropertiesEnsemble</c>): which directories are formatted,
/// which are not, which cannot be read, and whether they agree.
/// </summary>
public sealed class MetaPropertiesEnsemble
{
    private MetaPropertiesEnsemble(
        IReadOnlyDictionary<string, MetaProperties> formatted, IReadOnlyList<string> unformatted,
        IReadOnlyDictionary<string, string> failed)
    {
        Formatted = formatted;
        Unformatted = unformatted;
        Failed = failed;
    }

    /// <summary>The properties of each formatted directory.</summary>
    public IReadOnlyDictionary<string, MetaProperties> Formatted { get; }

    /// <summary>The directories without the file, including missing directories.</summary>
    public IReadOnlyList<string> Unformatted { get; }

    /// <summary>The directories whose file cannot be read, with the reason.</summary>
    public IReadOnlyDictionary<string, string> Failed { get; }

    /// <summary>The cluster id of the first directory that has one.</summary>
    public string? ClusterId => Formatted.Values.Select(properties => properties.ClusterId).FirstOrDefault(id => id is not null);

    public int? NodeId => Formatted.Values.FirstOrDefault(properties => properties.NodeId is not null)?.NodeId;

    public static MetaPropertiesEnsemble Load(IFileSystem files, IEnumerable<string> directories)
    {
        var formatted = new Dictionary<string, MetaProperties>();
        var unformatted = new List<string>();
        var failed = new Dictionary<string, string>();
        foreach (var directory in directories)
        {
            try
            {
                if (MetaProperties.Read(files, directory) is { } properties)
                    formatted[directory] = properties;
                else
                    unformatted.Add(directory);
            }
            catch (IOException e)
            {
                failed[directory] = e.Message;
            }
        }
        return new MetaPropertiesEnsemble(formatted, unformatted, failed);
    }

    /// <summary>Compares the directories with each other and with the configuration of the node. Returns one sentence per error.</summary>
    public IReadOnlyList<string> Verify(string? expectedClusterId = null, int? expectedNodeId = null)
    {
        List<string> faults = [];
        var (clusterId, nodeId) = (expectedClusterId ?? ClusterId, expectedNodeId ?? NodeId);
        var directoryIds = new Dictionary<Uuid, string>();
        foreach (var (directory, properties) in Formatted)
        {
            var path = Path.Combine(directory, MetaProperties.Name);
            if (properties.ClusterId is { } cluster && cluster != clusterId)
                faults.Add($"The directory belongs to another cluster: {path} has cluster.id {cluster}, and {clusterId} is expected.");
            if (properties.NodeId is { } node && node != nodeId)
                faults.Add($"The directory belongs to another node: {path} has node.id {node}, and {nodeId} is expected.");
            if (properties.DirectoryId is { } id && !directoryIds.TryAdd(id, directory))
                faults.Add($"Two directories have the same directory.id {id}: {directoryIds[id]} and {directory}; one is a copy of the " +
                    "other.");
        }
        return faults;
    }

    /// <summary>A new directory id that is different from the ids of these directories.</summary>
    public Uuid GenerateDirectoryId(Random random)
    {
        while (true)
        {
            var id = Uuid.Random(random);
            if (Formatted.Values.All(properties => properties.DirectoryId != id))
                return id;
        }
    }
}
