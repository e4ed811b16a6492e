using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Shards;

/// <summary>
/// Reads the records of a partition of <c>__consumer_offsets</c> into a <see cref="GroupTable"/>. A record of an unknown type is
/// passed over with a warning, as Kafka does, so that a newer broker's log can be taken over; one of a known type that can't be read ends the
/// load, because groups without it would be wrong.
/// </summary>
sealed class CoordinatorRecordLoader(GroupTable groups, int partition, ILogger log) : ICoordinatorReplay
{
    public void Replay(long offset, long producerId, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, bool hasValue)
    {
        try
        {
            var reader = new KafkaReader(key);
            var type = (CoordinatorRecordType)reader.ReadInt16();
            switch (type)
            {
                case CoordinatorRecordType.LegacyOffsetCommit or CoordinatorRecordType.OffsetCommit:
                    // Both kinds of key have the same fields; the value tells its version itself.
                    var commit = OffsetCommitKey.Read(ref reader, 0);
                    var committed = hasValue ? ReadOffset(value) : null;
                    groups.ReplayOffset(offset, producerId, commit.Group, commit.Topic, commit.Partition, committed);
                    break;
                case CoordinatorRecordType.GroupMetadata:
                    groups.LoadClassic(GroupMetadataKey.Read(ref reader, 0).Group, hasValue ? ReadGroup(value) : null);
                    break;
                case var _ when OpaqueType(type) is { } opaque:
                    // Every such key begins with the group's id.
                    groups.LoadOpaque(reader.ReadString(false), opaque, key.ToArray(), IsMember(type), isTombstone: !hasValue);
                    break;
                default:
                    log.UnknownRecordType((short)type, partition, offset);
                    break;
            }
        }
        catch (ProtocolException e)
        {
            throw new StateMachineException(ErrorCode.UnknownServerError, $"The record at offset {offset} can't be read: {e.Message}", e);
        }
    }

    public void ReplayEndTransaction(long producerId, bool committed) => groups.Offsets.EndTransaction(producerId, committed);

    private static OffsetAndMetadata ReadOffset(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        return OffsetAndMetadata.From(OffsetCommitValue.Read(ref reader, Version(ref reader, OffsetCommitValue.HighestVersion)));
    }

    private static GroupMetadataValue ReadGroup(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        return GroupMetadataValue.Read(ref reader, Version(ref reader, GroupMetadataValue.HighestVersion));
    }

    private static short Version(ref KafkaReader reader, short highest)
    {
        var version = reader.ReadInt16();
        return version >= 0 && version <= highest ? version : throw new ProtocolException($"Value version {version} is not known");
    }

    private static GroupType? OpaqueType(CoordinatorRecordType type) => type switch
    {
        >= CoordinatorRecordType.ConsumerGroupMetadata and <= CoordinatorRecordType.ConsumerGroupCurrentMemberAssignment
            or CoordinatorRecordType.ConsumerGroupRegularExpression => GroupType.Consumer,
        >= CoordinatorRecordType.ShareGroupMemberMetadata and <= CoordinatorRecordType.ShareGroupStatePartitionMetadata => GroupType.Share,
        CoordinatorRecordType.StreamsGroupMetadata
            or >= CoordinatorRecordType.StreamsGroupMemberMetadata and <= CoordinatorRecordType.StreamsGroupTopology => GroupType.Streams,
        _ => null,
    };

    private static bool IsMember(CoordinatorRecordType type) => type
        is CoordinatorRecordType.ConsumerGroupMemberMetadata
        or CoordinatorRecordType.ShareGroupMemberMetadata
        or CoordinatorRecordType.StreamsGroupMemberMetadata;
}
