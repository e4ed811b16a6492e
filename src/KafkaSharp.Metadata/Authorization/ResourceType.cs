namespace KafkaSharp.Metadata.Authorization;

/// <summary>What an operation is done with (Kafka's <c>ResourceType</c>, with its ids).</summary>
public enum ResourceType : sbyte
{
    Unknown = 0,
    Any = 1,
    Topic = 2,
    Group = 3,
    Cluster = 4,
    TransactionalId = 5,
    DelegationToken = 6,
    User = 7,
}
