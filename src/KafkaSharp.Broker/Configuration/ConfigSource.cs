namespace KafkaSharp.Broker.Configuration;

/// <summary>Where a configuration's value comes from; the ids are the wire's.</summary>
internal enum ConfigSource : sbyte
{
    Unknown = 0,
    Topic = 1,
    DynamicBroker = 2,
    DynamicDefaultBroker = 3,
    StaticBroker = 4,
    Default = 5,
    ClientMetrics = 7,
    Group = 8,
}
