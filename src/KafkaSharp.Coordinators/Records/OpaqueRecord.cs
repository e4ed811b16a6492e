using System.Buffers;

namespace KafkaSharp.Coordinators.Records;

/// <summary>
/// A record of a group whose protocol is not served here (share, streams), as the bytes that were found in the log; without a
/// value, the removal of what its key names.
/// </summary>
internal sealed class OpaqueRecord(string group, GroupType groupType, bool isMember, byte[] key, byte[]? value) : GroupRecord
{
    public string Group { get; } = group;

    public GroupType GroupType { get; } = groupType;

    /// <summary>Whether the record describes a member: a group without such records is empty.</summary>
    public bool IsMember { get; } = isMember;

    public byte[] Key { get; } = key;

    public byte[]? Value { get; } = value;

    /// <summary>The record that removes this one.</summary>
    public OpaqueRecord Tombstone() => new(Group, GroupType, IsMember, Key, null);

    public override void WriteKey(IBufferWriter<byte> sink) => sink.Write(Key);

    public override bool WriteValue(IBufferWriter<byte> sink)
    {
        if (Value is null)
            return false;
        sink.Write(Value);
        return true;
    }
}
