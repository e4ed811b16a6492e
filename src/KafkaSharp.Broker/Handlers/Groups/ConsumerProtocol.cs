using KafkaSharp.Configuration;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>
/// Whether consumer groups are served: by the configuration of this broker, and by the feature <c>group.version</c> of the cluster, which
/// may change at any time.
/// </summary>
internal sealed class ConsumerProtocol(ConfigValues values, Func<MetadataImage> image)
{
    private const short FirstLevel = 1;

    private readonly bool _isConfigured =
        values.Get(GroupConfigs.RebalanceProtocols).Contains("consumer", StringComparer.Ordinal);

    public bool IsEnabled => _isConfigured && image().Features.Level(FeatureNames.Group) >= FirstLevel;
}
