using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// A consumer, share or streams group found in the log of a broker that serves those protocols (KIP-848, KIP-932, KIP-1071). It is kept as
/// the keys of its records: it can be listed, its offsets can be read, it can be deleted when empty, and nothing of it is lost.
/// </summary>
sealed class OpaqueGroup(string groupId, GroupType type) : Group(groupId)
{
    private readonly Dictionary<string, byte[]> _keys = new(StringComparer.Ordinal);
    private int _members;

    public override GroupType Type { get; } = type;
    public override string StateName => IsEmpty ? "Empty" : "Stable";
    public override string ProtocolTypeOrEmpty => Type == GroupType.Classic ? "" : Type.ToString().ToLowerInvariant();
    public override bool IsEmpty => _members == 0;
    public override bool MayExpire => false;

    /// <summary>Whether no record of it is left.</summary>
    public bool IsGone => _keys.Count == 0;

    public void Set(byte[] key, bool isMember)
    {
        if (_keys.TryAdd(Convert.ToHexString(key), key) && isMember)
            _members++;
    }

    public void Remove(ReadOnlySpan<byte> key, bool isMember)
    {
        if (_keys.Remove(Convert.ToHexString(key)) && isMember)
            _members--;
    }

    public override bool IsSubscribedTo(string topic) => !IsEmpty;

    public override ErrorCode ValidateOffsetCommit(string memberId, string? groupInstanceId, int generationIdOrMemberEpoch) =>
        Type == GroupType.Share ? ErrorCode.GroupIdNotFound
        : generationIdOrMemberEpoch < 0 && IsEmpty ? ErrorCode.None
        : ErrorCode.UnknownMemberId;

    public override ErrorCode ValidateOffsetFetch(string? memberId, int memberEpoch) =>
        Type == GroupType.Share ? ErrorCode.GroupIdNotFound
        : memberId is null && memberEpoch < 0 ? ErrorCode.None
        : ErrorCode.UnknownMemberId;

    public override ErrorCode ValidateOffsetDelete() => Type == GroupType.Share ? ErrorCode.GroupIdNotFound : ErrorCode.None;

    public override ErrorCode ValidateDelete() => IsEmpty ? ErrorCode.None : ErrorCode.NonEmptyGroup;

    public override IEnumerable<CoordinatorRecord> Tombstones() => _keys.Values.Select(key => new OpaqueTombstoneRecord(GroupId, key));

    public override void CancelTimers()
    {
    }
}
