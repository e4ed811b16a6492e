namespace KafkaSharp.Metadata.Authorization;

/// <summary>Facts about resource types.</summary>
public static class ResourceTypes
{
    /// <summary>The name of the only resource of type <see cref="ResourceType.Cluster"/>.</summary>
    public const string ClusterName = "kafka-cluster";

    private static readonly AclOperation[] s_topic =
    [
        AclOperation.Read, AclOperation.Write, AclOperation.Create, AclOperation.Delete, AclOperation.Alter, AclOperation.Describe,
        AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
    ];

    private static readonly AclOperation[] s_group =
    [
        AclOperation.Read, AclOperation.Delete, AclOperation.Describe, AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
    ];

    private static readonly AclOperation[] s_cluster =
    [
        AclOperation.Create, AclOperation.Alter, AclOperation.Describe, AclOperation.ClusterAction, AclOperation.DescribeConfigs,
        AclOperation.AlterConfigs, AclOperation.IdempotentWrite,
    ];

    private static readonly AclOperation[] s_transactionalId =
        [AclOperation.Write, AclOperation.Describe, AclOperation.TwoPhaseCommit];

    private static readonly AclOperation[] s_delegationToken = [AclOperation.Describe];

    private static readonly AclOperation[] s_user = [AclOperation.CreateTokens, AclOperation.DescribeTokens];

    /// <summary>The operations that exist for a type (Kafka's <c>AclEntry.supportedOperations</c>).</summary>
    public static ReadOnlySpan<AclOperation> SupportedOperations(this ResourceType type) => type switch
    {
        ResourceType.Topic => s_topic,
        ResourceType.Group => s_group,
        ResourceType.Cluster => s_cluster,
        ResourceType.TransactionalId => s_transactionalId,
        ResourceType.DelegationToken => s_delegationToken,
        ResourceType.User => s_user,
        _ => [],
    };
}
