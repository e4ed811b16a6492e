using ClassicMetadata = KafkaSharp.Protocol.Messages.ConsumerGroupMemberMetadataValue.ClassicMemberMetadataData;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>A member of a consumer group as its records describe it (Kafka's <c>ConsumerGroupMember</c>). Immutable.</summary>
internal sealed record ConsumerGroupMember(string MemberId)
{
    /// <summary>The epoch of a member that has left.</summary>
    public const int LeftEpoch = -1;

    /// <summary>The epoch of a static member that has left and will return.</summary>
    public const int AwayEpoch = -2;

    public int MemberEpoch { get; init; }

    /// <summary>The epoch before. Requests with it are still accepted: the response with the new one may have been lost.</summary>
    public int PreviousMemberEpoch { get; init; } = -1;

    public MemberState State { get; init; } = MemberState.Stable;

    public string? InstanceId { get; init; }

    public string? RackId { get; init; }

    public int RebalanceTimeoutMs { get; init; } = -1;

    public string ClientId { get; init; } = "";

    public string ClientHost { get; init; } = "";

    /// <summary>The topics that it names.</summary>
    public IReadOnlySet<string> SubscribedTopics { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The regular expression that it subscribes to; null or empty for none.</summary>
    public string? SubscribedPattern { get; init; } = "";

    /// <summary>The assignor that it prefers; null for none.</summary>
    public string? ServerAssignor { get; init; }

    public OwnedPartitions Assigned { get; init; } = OwnedPartitions.Empty;

    public OwnedPartitions PendingRevocation { get; init; } = OwnedPartitions.Empty;

    /// <summary>The protocols and the session timeout of a member of the classic protocol; null for one of the consumer protocol.</summary>
    public ClassicMetadata? Classic { get; init; }

    /// <summary>The pattern, or null when there is none.</summary>
    public string? Pattern => string.IsNullOrEmpty(SubscribedPattern) ? null : SubscribedPattern;

    public bool UsesClassicProtocol => Classic is not null;

    /// <summary>Whether it has reached the target assignment of an epoch.</summary>
    public bool IsReconciledTo(int targetEpoch) => State == MemberState.Stable && MemberEpoch == targetEpoch;

    /// <summary>Enters an epoch, which may be the same one.</summary>
    public ConsumerGroupMember InEpoch(int epoch) => this with { MemberEpoch = epoch, PreviousMemberEpoch = MemberEpoch };

    /// <summary>The member that takes the place of this static one.</summary>
    public ConsumerGroupMember ReplacedBy(string memberId) => this with { MemberId = memberId, MemberEpoch = 0, PreviousMemberEpoch = 0 };

    /// <summary>Whether everything that its records hold is the same.</summary>
    public bool IsSameAs(ConsumerGroupMember other) =>
        SubscribedTopics.SetEquals(other.SubscribedTopics)
        && Assigned.IsSameAs(other.Assigned)
        && PendingRevocation.IsSameAs(other.PendingRevocation)
        && AreSame(Classic, other.Classic)
        && this == other with
        {
            SubscribedTopics = SubscribedTopics, Assigned = Assigned, PendingRevocation = PendingRevocation, Classic = Classic,
        };

    private static bool AreSame(ClassicMetadata? one, ClassicMetadata? other) =>
        ReferenceEquals(one, other)
        || (one is not null
            && other is not null
            && one.SessionTimeoutMs == other.SessionTimeoutMs
            && one.SupportedProtocols.Select(protocol => protocol.Name).SequenceEqual(
                other.SupportedProtocols.Select(protocol => protocol.Name), StringComparer.Ordinal)
            && one.SupportedProtocols.Zip(other.SupportedProtocols).All(
                pair => pair.First.Metadata.AsSpan().SequenceEqual(pair.Second.Metadata)));
}
