using System.Buffers;
using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Records;

/// <summary>A committed offset of a group, or its removal.</summary>
sealed class OffsetCommitRecord(string group, string topic, int partition, OffsetAndMetadata? value) : CoordinatorRecord
{
    public string Group { get; } = group;
    public string Topic { get; } = topic;
    public int Partition { get; } = partition;
    public OffsetAndMetadata? Value { get; } = value;

    public override bool IsTombstone => Value is null;

    public override void WriteKey(IBufferWriter<byte> sink)
    {
        var writer = new KafkaWriter(sink);
        writer.WriteInt16((short)CoordinatorRecordType.OffsetCommit);
        new OffsetCommitKey { Group = Group, Topic = Topic, Partition = Partition }.Write(ref writer, 0);
        writer.Flush();
    }

    public override void WriteValue(IBufferWriter<byte> sink)
    {
        // A commit that names its own expiry (request version 2 to 4) can only be written in the one version that holds it.
        var version = Value!.ExpireTimestampMs >= 0 ? (short)1 : OffsetCommitValue.HighestVersion;
        var writer = new KafkaWriter(sink);
        writer.WriteInt16(version);
        Value.ToMessage().Write(ref writer, version);
        writer.Flush();
    }
}
