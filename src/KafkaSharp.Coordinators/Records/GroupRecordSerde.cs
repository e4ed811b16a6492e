using System.Buffers;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Records;

/// <summary>The records of <c>__consumer_offsets</c> as bytes (Kafka's <c>GroupCoordinatorRecordSerde</c>). Stateless.</summary>
internal sealed class GroupRecordSerde : ICoordinatorRecordSerde<GroupRecord>
{
    public static GroupRecordSerde Instance { get; } = new();

    public void WriteKey(GroupRecord record, IBufferWriter<byte> sink) => record.WriteKey(sink);

    public bool WriteValue(GroupRecord record, IBufferWriter<byte> sink) => record.WriteValue(sink);

    public short Read(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value, out GroupRecord? record)
    {
        var reader = new KafkaReader(key);
        var type = (GroupRecordType)reader.ReadInt16();
        record = type switch
        {
            // Both types of key have the same fields; the value names its version itself.
            GroupRecordType.LegacyOffsetCommit or GroupRecordType.OffsetCommit => ReadOffset(ref reader, value),
            GroupRecordType.GroupMetadata =>
                new GroupMetadataRecord(GroupMetadataKey.Read(ref reader, 0).Group, value is { } v ? ReadGroup(v) : null),
            _ when ConsumerGroupRecordReader.Read(type, ref reader, value) is { } consumer => consumer,
            // Every such key begins with the group's id.
            _ when OpaqueType(type) is { } opaque =>
                new OpaqueRecord(reader.ReadString(false), opaque, IsMember(type), key.ToArray(), value?.ToArray()),
            _ => null,
        };
        return (short)type;
    }

    private static OffsetCommitRecord ReadOffset(ref KafkaReader reader, ReadOnlyMemory<byte>? value)
    {
        var key = OffsetCommitKey.Read(ref reader, 0);
        return new OffsetCommitRecord(key.Group, key.Topic, key.Partition, value is { } v ? ReadOffsetValue(v) : null);
    }

    private static OffsetCommitValue ReadOffsetValue(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        return OffsetCommitValue.Read(ref reader, ReadVersion(ref reader, OffsetCommitValue.HighestVersion));
    }

    private static GroupMetadataValue ReadGroup(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        return GroupMetadataValue.Read(ref reader, ReadVersion(ref reader, GroupMetadataValue.HighestVersion));
    }

    private static short ReadVersion(ref KafkaReader reader, short highest)
    {
        var version = reader.ReadInt16();
        return version >= 0 && version <= highest
            ? version
            : throw new ProtocolException($"Value version {version} is not supported, the highest is {highest}");
    }

    private static GroupType? OpaqueType(GroupRecordType type) => type switch
    {
        >= GroupRecordType.ShareGroupMemberMetadata and <= GroupRecordType.ShareGroupStatePartitionMetadata => GroupType.Share,
        GroupRecordType.StreamsGroupMetadata
            or >= GroupRecordType.StreamsGroupMemberMetadata and <= GroupRecordType.StreamsGroupTopology => GroupType.Streams,
        _ => null,
    };

    private static bool IsMember(GroupRecordType type) => type
        is GroupRecordType.ShareGroupMemberMetadata
        or GroupRecordType.StreamsGroupMemberMetadata;
}
