using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Lifecycle;

/// <summary>
/// Waits until an unfenced broker has been elected leader of its partitions, before it accepts clients. Partitions in a failed directory,
/// and those that are in sync on other brokers only, are not waited for.
/// </summary>
internal static class LeadershipWait
{
    // The controller elects with the same records that unfence: this time passes only where something is wrong.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task ForAsync(
        int nodeId, MetadataLoader metadata, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        var patient = true;
        try
        {
            await metadata.WaitForAsync(
                image => !patient
                    || (image.Cluster.Broker(nodeId) is { Fenced: false } self && Leaderless(image, self).Count == 0), cancellation)
                .WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            // The next image ends the wait that was abandoned.
            patient = false;
            var image = metadata.Image;
            if (image.Cluster.Broker(nodeId) is { } self)
                logger.StartsWithoutLeader(string.Join(", ", Leaderless(image, self)));
        }
    }

    /// <summary>The partitions without a leader that this broker could lead.</summary>
    public static IReadOnlyList<TopicPartition> Leaderless(MetadataImage image, BrokerRegistration self)
    {
        List<TopicPartition> leaderless = [];
        foreach (var topic in image.Topics.ById.Values)
        {
            foreach (var (number, partition) in topic.Partitions)
            {
                if (partition.Leader < 0 && partition.IsInIsr(self.Id) && partition.Directory(self.Id) is { } directory
                    && self.HasOnlineDirectory(directory))
                    leaderless.Add(new TopicPartition(topic.Name, number));
            }
        }
        return leaderless;
    }
}
