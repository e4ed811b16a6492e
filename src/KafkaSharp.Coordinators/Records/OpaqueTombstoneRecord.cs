using System.Buffers;

namespace KafkaSharp.Coordinators.Records;

/// <summary>Removes a record of a group whose protocol is not served here, by the key it was found under.</summary>
sealed class OpaqueTombstoneRecord(string group, byte[] key) : CoordinatorRecord
{
    public string Group { get; } = group;

    public override bool IsTombstone => true;

    public override void WriteKey(IBufferWriter<byte> sink) => sink.Write(key);

    public override void WriteValue(IBufferWriter<byte> sink) => throw new InvalidOperationException("A tombstone has no value");
}
