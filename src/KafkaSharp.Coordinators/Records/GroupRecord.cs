using System.Buffers;

namespace KafkaSharp.Coordinators.Records;

/// <summary>A record of <c>__consumer_offsets</c>. Immutable; encoded when it is appended.</summary>
internal abstract class GroupRecord
{
    /// <summary>Writes the key: int16 record type, then the key message.</summary>
    public abstract void WriteKey(IBufferWriter<byte> sink);

    /// <summary>Writes the value: int16 version, then the value message. Returns false, and writes nothing, for a tombstone.</summary>
    public abstract bool WriteValue(IBufferWriter<byte> sink);
}
