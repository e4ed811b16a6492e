namespace KafkaSharp.Metadata.Images;

/// <summary>The type of a resource with configurations, with its id on the wire (Kafka's <c>ConfigResource.Type</c>).</summary>
public enum ConfigResourceType : sbyte
{
    Unknown = 0,
    Topic = 2,
    Broker = 4,
    BrokerLogger = 8,
    ClientMetrics = 16,
    Group = 32,
}
