namespace KafkaSharp.Metadata.Authorization;

/// <summary>Whether an access control entry allows or denies (Kafka's <c>AclPermissionType</c>, with its ids).</summary>
public enum AclPermissionType : sbyte
{
    Unknown = 0,
    Any = 1,
    Deny = 2,
    Allow = 3,
}
