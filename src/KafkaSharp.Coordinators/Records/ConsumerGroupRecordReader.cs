using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Records;

/// <summary>Reads the records of consumer groups. Stateless.</summary>
internal static class ConsumerGroupRecordReader
{
    /// <summary>The record of a key, whose type is read already, and a value; null when the type is not one of consumer groups.</summary>
    public static ConsumerGroupRecord? Read(GroupRecordType type, ref KafkaReader key, ReadOnlyMemory<byte>? value)
    {
        switch (type)
        {
            case GroupRecordType.ConsumerGroupMetadata:
                var group = ConsumerGroupMetadataKey.Read(ref key, 0);
                return new(group.GroupId, group, Value<ConsumerGroupMetadataValue>(value));
            case GroupRecordType.ConsumerGroupPartitionMetadata:
                var partitions = ConsumerGroupPartitionMetadataKey.Read(ref key, 0);
                return new(partitions.GroupId, partitions, Value<ConsumerGroupPartitionMetadataValue>(value));
            case GroupRecordType.ConsumerGroupMemberMetadata:
                var member = ConsumerGroupMemberMetadataKey.Read(ref key, 0);
                return new(member.GroupId, member, Value<ConsumerGroupMemberMetadataValue>(value));
            case GroupRecordType.ConsumerGroupTargetAssignmentMetadata:
                var targets = ConsumerGroupTargetAssignmentMetadataKey.Read(ref key, 0);
                return new(targets.GroupId, targets, Value<ConsumerGroupTargetAssignmentMetadataValue>(value));
            case GroupRecordType.ConsumerGroupTargetAssignmentMember:
                var target = ConsumerGroupTargetAssignmentMemberKey.Read(ref key, 0);
                return new(target.GroupId, target, Value<ConsumerGroupTargetAssignmentMemberValue>(value));
            case GroupRecordType.ConsumerGroupCurrentMemberAssignment:
                var current = ConsumerGroupCurrentMemberAssignmentKey.Read(ref key, 0);
                return new(current.GroupId, current, Value<ConsumerGroupCurrentMemberAssignmentValue>(value));
            case GroupRecordType.ConsumerGroupRegularExpression:
                var pattern = ConsumerGroupRegularExpressionKey.Read(ref key, 0);
                return new(pattern.GroupId, pattern, Value<ConsumerGroupRegularExpressionValue>(value));
            default:
                return null;
        }
    }

    private static T? Value<T>(ReadOnlyMemory<byte>? value)
        where T : class, IMessage<T>
    {
        if (value is not { } bytes)
            return null;
        var reader = new KafkaReader(bytes);
        var version = reader.ReadInt16();
        return version >= T.LowestVersion && version <= T.HighestVersion
            ? T.Read(ref reader, version)
            : throw new ProtocolException($"Value version {version} is not supported, the highest is {T.HighestVersion}");
    }
}
