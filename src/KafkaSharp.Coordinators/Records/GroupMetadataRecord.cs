using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Records;

/// <summary>The members, generation and assignment of a classic group; without a value, the group's removal.</summary>
internal class GroupMetadataRecord(string group, GroupMetadataValue? value) : GroupRecord
{
    /// <summary>Kafka 4.3 writes 3 although 4 exists.</summary>
    private const short ValueVersion = 3;

    public string Group { get; } = group;

    public GroupMetadataValue? Value { get; } = value;

    public override void WriteKey(IBufferWriter<byte> sink)
    {
        var writer = new KafkaWriter(sink);
        writer.WriteInt16((short)GroupRecordType.GroupMetadata);
        new GroupMetadataKey { Group = Group }.Write(ref writer, 0);
        writer.Flush();
    }

    public override bool WriteValue(IBufferWriter<byte> sink)
    {
        if (Value is null)
            return false;
        var writer = new KafkaWriter(sink);
        writer.WriteInt16(ValueVersion);
        Value.Write(ref writer, ValueVersion);
        writer.Flush();
        return true;
    }
}
