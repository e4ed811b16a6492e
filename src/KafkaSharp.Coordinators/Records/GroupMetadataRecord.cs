using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Records;

/// <summary>What is kept of a classic group, or its removal.</summary>
sealed class GroupMetadataRecord(string group, GroupMetadataValue? value) : CoordinatorRecord
{
    /// <summary>Kafka 4.3 writes 3 although 4 exists.</summary>
    private const short ValueVersion = 3;

    public string Group { get; } = group;
    public GroupMetadataValue? Value { get; } = value;

    public override bool IsTombstone => Value is null;

    public override void WriteKey(IBufferWriter<byte> sink)
    {
        var writer = new KafkaWriter(sink);
        writer.WriteInt16((short)CoordinatorRecordType.GroupMetadata);
        new GroupMetadataKey { Group = Group }.Write(ref writer, 0);
        writer.Flush();
    }

    public override void WriteValue(IBufferWriter<byte> sink)
    {
        var writer = new KafkaWriter(sink);
        writer.WriteInt16(ValueVersion);
        Value!.Write(ref writer, ValueVersion);
        writer.Flush();
    }
}
