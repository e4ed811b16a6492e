using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Images;

/// <summary>
/// A partition (Kafka's <c>PartitionRegistration</c>): its replicas and their directories, the in-sync replicas, the leader and the epochs.
/// Immutable, equal by value; its arrays must not be modified. <see cref="Directories"/> has an id for each of <see cref="Replicas"/>, in
/// the same order.
/// </summary>
public sealed class PartitionRegistration : IEquatable<PartitionRegistration>
{
    public const int NoLeader = -1;

    /// <summary>The leader id in a change record that does not change the leader.</summary>
    public const int NoLeaderChange = -2;

    public int[] Replicas { get; init; } = [];
    public Uuid[] Directories { get; init; } = [];
    public int[] Isr { get; init; } = [];
    public int[] RemovingReplicas { get; init; } = [];
    public int[] AddingReplicas { get; init; } = [];

    /// <summary>The eligible leader replicas: no longer in sync, but complete up to the high watermark (KIP-966).</summary>
    public int[] Elr { get; init; } = [];

    public int[] LastKnownElr { get; init; } = [];
    public int Leader { get; init; } = NoLeader;
    public LeaderRecoveryState LeaderRecoveryState { get; init; }
    public int LeaderEpoch { get; init; }
    public int PartitionEpoch { get; init; }

    public bool HasLeader => Leader != NoLeader;

    public int PreferredReplica => Replicas.Length == 0 ? NoLeader : Replicas[0];

    public bool HasPreferredLeader => Leader == PreferredReplica;

    public bool IsReassigning => RemovingReplicas.Length > 0 || AddingReplicas.Length > 0;

    public bool IsReplica(int broker) => Replicas.AsSpan().Contains(broker);

    public bool IsInIsr(int broker) => Isr.AsSpan().Contains(broker);

    public bool IsInElr(int broker) => Elr.AsSpan().Contains(broker);

    /// <summary>The directory of a broker's replica; null if it has no replica.</summary>
    public Uuid? Directory(int broker)
    {
        var index = Array.IndexOf(Replicas, broker);
        return index < 0 ? null : index < Directories.Length ? Directories[index] : DirectoryId.Migrating;
    }

    /// <summary>The partition in a record.</summary>
    public static PartitionRegistration FromRecord(PartitionRecord record)
    {
        int[] replicas = [.. record.Replicas];
        return new PartitionRegistration
        {
            Replicas = replicas,
            Directories = record.Directories.Count == 0 ? Unknown(replicas.Length) : [.. record.Directories],
            Isr = [.. record.Isr],
            RemovingReplicas = [.. record.RemovingReplicas],
            AddingReplicas = [.. record.AddingReplicas],
            Elr = [.. record.EligibleLeaderReplicas ?? []],
            LastKnownElr = [.. record.LastKnownElr ?? []],
            Leader = record.Leader,
            LeaderRecoveryState = (LeaderRecoveryState)record.LeaderRecoveryState,
            LeaderEpoch = record.LeaderEpoch,
            PartitionEpoch = record.PartitionEpoch,
        };
    }

    /// <summary>
    /// The partition after a change. Every record increases the partition epoch; a record with a leader also increases the leader epoch.
    /// </summary>
    public PartitionRegistration Merge(PartitionChangeRecord record)
    {
        int[] replicas = record.Replicas is { } r ? [.. r] : Replicas;
        return new PartitionRegistration
        {
            Replicas = replicas,
            Directories = record.Directories is { } d ? d.Count == 0 ? Unknown(replicas.Length) : [.. d]
                : record.Replicas is null ? Directories : Unknown(replicas.Length),
            Isr = record.Isr is { } isr ? [.. isr] : Isr,
            RemovingReplicas = record.RemovingReplicas is { } removing ? [.. removing] : RemovingReplicas,
            AddingReplicas = record.AddingReplicas is { } adding ? [.. adding] : AddingReplicas,
            Elr = record.EligibleLeaderReplicas is { } elr ? [.. elr] : Elr,
            LastKnownElr = record.LastKnownElr is { } last ? [.. last] : LastKnownElr,
            Leader = record.Leader == NoLeaderChange ? Leader : record.Leader,
            LeaderEpoch = record.Leader == NoLeaderChange ? LeaderEpoch : LeaderEpoch + 1,
            LeaderRecoveryState = record.LeaderRecoveryState < 0 ? LeaderRecoveryState : (LeaderRecoveryState)record.LeaderRecoveryState,
            PartitionEpoch = PartitionEpoch + 1,
        };
    }

    /// <summary>Converts the partition to a record of the given version.</summary>
    public PartitionRecord ToRecord(Uuid topicId, int partitionId, short version) => new()
    {
        TopicId = topicId,
        PartitionId = partitionId,
        Replicas = [.. Replicas],
        Isr = [.. Isr],
        RemovingReplicas = [.. RemovingReplicas],
        AddingReplicas = [.. AddingReplicas],
        Leader = Leader,
        LeaderRecoveryState = (sbyte)LeaderRecoveryState,
        LeaderEpoch = LeaderEpoch,
        PartitionEpoch = PartitionEpoch,
        Directories = version >= 1 ? [.. Directories] : [],
        EligibleLeaderReplicas = version >= 2 && Elr.Length > 0 ? [.. Elr] : null,
        LastKnownElr = version >= 2 && LastKnownElr.Length > 0 ? [.. LastKnownElr] : null,
    };

    public bool Equals(PartitionRegistration? other) =>
        other is not null
        && Leader == other.Leader && LeaderEpoch == other.LeaderEpoch && PartitionEpoch == other.PartitionEpoch
        && LeaderRecoveryState == other.LeaderRecoveryState
        && Same(Replicas, other.Replicas) && Same(Isr, other.Isr) && Directories.AsSpan().SequenceEqual(other.Directories)
        && Same(RemovingReplicas, other.RemovingReplicas) && Same(AddingReplicas, other.AddingReplicas)
        && Same(Elr, other.Elr) && Same(LastKnownElr, other.LastKnownElr);

    public override bool Equals(object? obj) => Equals(obj as PartitionRegistration);

    public override int GetHashCode() => HashCode.Combine(Leader, LeaderEpoch, PartitionEpoch, Replicas.Length);

    private static bool Same(int[] left, int[] right) => left.AsSpan().SequenceEqual(right);

    private static Uuid[] Unknown(int count)
    {
        var directories = new Uuid[count];
        Array.Fill(directories, DirectoryId.Migrating);
        return directories;
    }
}
