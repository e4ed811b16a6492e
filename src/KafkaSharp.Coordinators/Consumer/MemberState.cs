namespace KafkaSharp.Coordinators.Consumer;

/// <summary>How far a member has come towards its target assignment; stored in its record (Kafka's <c>MemberState</c>).</summary>
internal enum MemberState : byte
{
    /// <summary>It has what it is to have in its epoch.</summary>
    Stable = 0,

    /// <summary>It has not given up partitions that it must give up before it enters the next epoch.</summary>
    UnrevokedPartitions = 1,

    /// <summary>It is in the epoch of the target, and waits for partitions that other members have not given up.</summary>
    UnreleasedPartitions = 2,

    /// <summary>A state of a newer broker.</summary>
    Unknown = 127,
}
