using System.Buffers;

namespace KafkaSharp.Coordinators.Records;

/// <summary>A record of <c>__consumer_offsets</c> that a command made. Immutable; encoded when it is appended.</summary>
public abstract class CoordinatorRecord
{
    /// <summary>Whether the record has no value, so that it deletes what its key names.</summary>
    public abstract bool IsTombstone { get; }

    /// <summary>Writes the key: int16 record type, then the key message.</summary>
    public abstract void WriteKey(IBufferWriter<byte> sink);

    /// <summary>Writes the value: int16 version, then the value message. Not called for a tombstone.</summary>
    public abstract void WriteValue(IBufferWriter<byte> sink);
}
