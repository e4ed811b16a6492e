using System.Buffers;

namespace KafkaSharp.Raft.Log;

/// <summary>Serializes the value of a record of the metadata log; the key is always null. Must be thread-safe.</summary>
public interface IRecordSerde<TRecord>
{
    void Write(TRecord record, IBufferWriter<byte> destination);

    /// <exception cref="KafkaSharp.Protocol.ProtocolException">The bytes are not a record.</exception>
    TRecord Read(ReadOnlyMemory<byte> value);
}
