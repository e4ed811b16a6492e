using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Metadata.Controller.Configs;

/// <summary>
/// The controller's access to configuration keys that are declared in projects it may not reference. Implemented in Broker. Stateless and
/// thread-safe.
/// </summary>
public interface IConfigurationValidator
{
    /// <summary>Checks all configurations a resource would have; null where they are good, else the error and its message.</summary>
    /// <param name="resource">Topic, broker, group or client metrics.</param>
    /// <param name="configs">All that would be set for it.</param>
    /// <param name="existing">All that is set for it now.</param>
    ApiError? Validate(ConfigResource resource, IReadOnlyDictionary<string, string> configs, IReadOnlyDictionary<string, string> existing);

    /// <summary>Whether a key's values are lists, which APPEND and SUBTRACT are for.</summary>
    bool IsList(ConfigResourceType type, string name);

    /// <summary>
    /// The built-in default of a key, to which APPEND adds and from which SUBTRACT takes where the resource does not set it; null where
    /// there is none.
    /// </summary>
    string? DefaultValue(ConfigResourceType type, string name);

    /// <summary>All configurations of a topic, set or not, for the response of CreateTopics: in the order of their names.</summary>
    /// <param name="topicConfigs">What is set for the topic.</param>
    /// <param name="clusterConfigs">The dynamic defaults of all brokers.</param>
    /// <param name="nodeConfigs">The dynamic values of this node.</param>
    IReadOnlyList<EffectiveConfig> EffectiveTopicConfigs(
        IReadOnlyDictionary<string, string> topicConfigs,
        IReadOnlyDictionary<string, string> clusterConfigs,
        IReadOnlyDictionary<string, string> nodeConfigs);
}
