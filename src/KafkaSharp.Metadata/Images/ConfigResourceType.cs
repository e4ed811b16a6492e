namespace KafkaSharp.Metadata.Images;

/// <summary>What a configuration belongs to; the ids are the wire's (Kafka's <c>ConfigResource.Type</c>).</summary>
public enum ConfigResourceType : sbyte
{
    Unknown = 0,
    Topic = 2,
    Broker = 4,
    BrokerLogger = 8,
    ClientMetrics = 16,
    Group = 32,
}
