using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.MetadataLog;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The log directories of a broker: formatted if they were not, and checked to belong to this node. They are not locked here; opening the
/// logs locks them.
/// </summary>
internal sealed record LogDirectories(string ClusterId, IReadOnlyDictionary<string, Uuid> Ids)
{
    /// <summary>The directories of the logs and of the metadata log, without duplicates.</summary>
    public static IReadOnlyList<string> PathsOf(BrokerConfiguration configuration) =>
        [.. configuration.LogDirs.Append(configuration.MetadataLogDir).Distinct()];

    /// <exception cref="BrokerStartException">
    /// A directory belongs to another cluster or node or cannot be written, or the metadata directory is lost.
    /// </exception>
    public static LogDirectories Prepare(
        BrokerConfiguration configuration, IFileSystem files, TimeProvider time, Random random, ILogger logger)
    {
        var (all, metadata) = (PathsOf(configuration), configuration.MetadataLogDir);
        try
        {
            var ensemble = MetaPropertiesEnsemble.Load(files, all);
            // Other directories that cannot be read go offline when their logs are opened.
            if (ensemble.Failed.TryGetValue(metadata, out var reason))
            {
                throw new BrokerStartException(
                    $"The metadata log directory {metadata} cannot be used: {reason.TrimEnd('.')}. Make "
                    + $"{Path.Combine(metadata, MetaProperties.Name)} readable for this user, or restore it from a backup.");
            }
            if (ensemble.Verify(expectedNodeId: configuration.NodeId) is [var fault, ..])
                throw new BrokerStartException(fault);
            if (ensemble.Unformatted.Contains(metadata))
                CheckMetadataIsNew(metadata, ensemble, files);
            var clusterId = ensemble.ClusterId ?? Uuid.Random(random).ToString();
            if (ensemble.Unformatted.Count > 0)
            {
                new StorageFormatter(configuration, files, time, random) { ClusterId = clusterId }.FormatUnformatted(ensemble);
                foreach (var directory in ensemble.Unformatted)
                    logger.Formatted(directory, clusterId);
                ensemble = MetaPropertiesEnsemble.Load(files, all);
            }
            return new LogDirectories(clusterId, ensemble.Formatted.ToDictionary(f => f.Key, f => f.Value.DirectoryId ?? Uuid.Zero));
        }
        catch (IOException e)
        {
            throw new BrokerStartException(
                $"The log directories cannot be used: {e.Message.TrimEnd('.')}. Make sure that this user can write there and that the disk "
                + "has space, or set log.dirs to another directory.", e);
        }
    }

    // Formatting gives the directory a new cluster id and no topics, so it is not done where this would hide that something is lost.
    private static void CheckMetadataIsNew(string metadata, MetaPropertiesEnsemble ensemble, IFileSystem files)
    {
        if (ensemble.Formatted.Count > 0)
        {
            throw new BrokerStartException(
                $"The metadata log directory {metadata} is not formatted, but {string.Join(", ", ensemble.Formatted.Keys)} is: without "
                + "the metadata log no topic there is known. Mount or restore it, or make a new one with 'format --ignore-formatted'.");
        }
        if (MetadataLogStorage.Exists(files, metadata))
        {
            throw new BrokerStartException(
                $"{Path.Combine(metadata, MetaProperties.Name)} is missing, but the directory contains a metadata log. Restore the "
                + "file from a backup, or start with another directory.");
        }
    }
}
