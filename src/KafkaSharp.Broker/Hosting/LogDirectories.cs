using KafkaSharp.Broker.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Storage;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The folders a broker is given: formatted if they were not, and checked to be this node's. Reading them needs no lock; whoever opens the logs in
/// them takes it.
/// </summary>
sealed record LogDirectories(string ClusterId, IReadOnlyDictionary<string, Uuid> Ids)
{
    /// <exception cref="BrokerStartException">A directory belongs to another cluster or node, or can't be read or written.</exception>
    public static LogDirectories Prepare(BrokerConfiguration configuration, IFileSystem files, TimeProvider time, Random random, ILogger logger)
    {
        var all = configuration.LogDirs.Append(configuration.MetadataLogDir).Distinct().ToArray();
        try
        {
            var ensemble = MetaPropertiesEnsemble.Load(files, all);
            if (ensemble.Failed.Count > 0)
                throw new BrokerStartException(string.Join(' ', ensemble.Failed.Select(f => $"{Path.Combine(f.Key, MetaProperties.Name)}: {f.Value}.")));
            if (ensemble.Verify(expectedNodeId: configuration.NodeId) is [var fault, ..])
                throw new BrokerStartException(fault);
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokerStartException($"The log directories can't be used: {e.Message}", e);
        }
    }
}
