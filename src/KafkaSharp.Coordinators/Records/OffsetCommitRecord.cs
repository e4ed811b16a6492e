using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Records;

/// <summary>A committed offset of a group; without a value, its removal.</summary>
internal sealed class OffsetCommitRecord(string group, string topic, int partition, OffsetCommitValue? value) : GroupRecord
{
    public string Group { get; } = group;

    public string Topic { get; } = topic;

    public int Partition { get; } = partition;

    public OffsetCommitValue? Value { get; } = value;

    public override void WriteKey(IBufferWriter<byte> sink)
    {
        var writer = new KafkaWriter(sink);
        writer.WriteInt16((short)GroupRecordType.OffsetCommit);
        new OffsetCommitKey { Group = Group, Topic = Topic, Partition = Partition }.Write(ref writer, 0);
        writer.Flush();
    }

    public override bool WriteValue(IBufferWriter<byte> sink)
    {
        if (Value is null)
            return false;
        // Only version 1 holds the expiry time that a commit of request version 2 to 4 may name.
        var version = Value.ExpireTimestamp >= 0 ? (short)1 : OffsetCommitValue.HighestVersion;
        var writer = new KafkaWriter(sink);
        writer.WriteInt16(version);
        Value.Write(ref writer, version);
        writer.Flush();
        return true;
    }
}
