namespace KafkaSharp.Coordinators.Configs;

/// <summary>Whether a group may change its protocol while it has members (Kafka's <c>ConsumerGroupMigrationPolicy</c>).</summary>
[Flags]
public enum MigrationPolicy
{
    Disabled = 0,

    /// <summary>From classic to consumer.</summary>
    Upgrade = 1,

    /// <summary>From consumer to classic.</summary>
    Downgrade = 2,

    Bidirectional = Upgrade | Downgrade,
}
