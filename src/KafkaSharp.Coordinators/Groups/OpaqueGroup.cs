using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// A share or streams group found in the log of a broker that serves those protocols (KIP-932, KIP-1071). Its records
/// are kept as they are: it can be listed, its offsets can be read, and it can be deleted when it is empty. Used on the shard's event loop.
/// </summary>
internal sealed class OpaqueGroup(string groupId, GroupType type, UndoLog undo) : Group(groupId)
{
    private readonly RevertibleDictionary<string, OpaqueRecord> _records = new(undo, StringComparer.Ordinal);

    public override GroupType Type { get; } = type;

    public override string StateName => IsEmpty ? "Empty" : "Stable";

    public override string ProtocolTypeOrEmpty => Type.ToString().ToLowerInvariant();

    public override bool IsEmpty => !_records.Values.Any(record => record.IsMember);

    public override bool MayExpire => false;

    /// <summary>Whether no record of it remains.</summary>
    public bool IsGone => _records.Count == 0;

    /// <summary>The newest record of each key, keys and values as found in the log.</summary>
    public IReadOnlyCollection<OpaqueRecord> Records => _records.Values;

    public void Set(OpaqueRecord record) => _records.Set(Convert.ToHexString(record.Key), record);

    public void Remove(OpaqueRecord record) => _records.Remove(Convert.ToHexString(record.Key));

    public override bool IsSubscribedTo(string topic) => !IsEmpty;

    public override ErrorCode ValidateOffsetCommit(
        string memberId, string? groupInstanceId, int generationIdOrMemberEpoch, bool isTransactional, short apiVersion) =>
        Type == GroupType.Share ? ErrorCode.GroupIdNotFound
        : generationIdOrMemberEpoch < 0 && IsEmpty ? ErrorCode.None
        : isTransactional && generationIdOrMemberEpoch == -1 && memberId.Length == 0 && groupInstanceId is null ? ErrorCode.None
        : ErrorCode.UnknownMemberId;

    public override ErrorCode ValidateOffsetFetch(string? memberId, int memberEpoch) =>
        Type == GroupType.Share ? ErrorCode.GroupIdNotFound
        : memberId is null && memberEpoch < 0 ? ErrorCode.None
        : ErrorCode.UnknownMemberId;

    public override ErrorCode ValidateOffsetDelete() => Type == GroupType.Share ? ErrorCode.GroupIdNotFound : ErrorCode.None;

    public override ErrorCode ValidateDelete() => IsEmpty ? ErrorCode.None : ErrorCode.NonEmptyGroup;

    public override IEnumerable<GroupRecord> Tombstones() => _records.Values.Select(record => record.Tombstone());
}
