using KafkaSharp.Configuration;
using KafkaSharp.Metadata;

namespace KafkaSharp.Broker.Lifecycle;

/// <summary>The times of a broker's membership.</summary>
/// <param name="HeartbeatInterval">Between two heartbeats.</param>
/// <param name="RegistrationTimeout">The time limit of the registration.</param>
/// <param name="RequestTimeout">The time limit of heartbeats: half a session, so that a second one can keep the session.</param>
internal sealed record BrokerLifecycleOptions(TimeSpan HeartbeatInterval, TimeSpan RegistrationTimeout, TimeSpan RequestTimeout)
{
    public static BrokerLifecycleOptions From(ConfigValues values) => new(
        TimeSpan.FromMilliseconds(values.Get(MetadataConfigs.BrokerHeartbeatIntervalMs)),
        TimeSpan.FromMilliseconds(values.Get(MetadataConfigs.InitialBrokerRegistrationTimeoutMs)),
        TimeSpan.FromMilliseconds(values.Get(MetadataConfigs.BrokerSessionTimeoutMs) / 2.0));
}
