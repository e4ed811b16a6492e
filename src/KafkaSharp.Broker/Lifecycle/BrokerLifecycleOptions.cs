using KafkaSharp.Configuration;
using KafkaSharp.Metadata;

namespace KafkaSharp.Broker.Lifecycle;

/// <summary>How often a broker tells that it lives, and how long it tries to register.</summary>
sealed record BrokerLifecycleOptions(TimeSpan HeartbeatInterval, TimeSpan RegistrationTimeout)
{
    public static BrokerLifecycleOptions From(ConfigValues values) => new(
        TimeSpan.FromMilliseconds(values.Get(MetadataConfigs.BrokerHeartbeatIntervalMs)),
        TimeSpan.FromMilliseconds(values.Get(MetadataConfigs.InitialBrokerRegistrationTimeoutMs)));
}
