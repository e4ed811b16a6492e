using System.Buffers;

namespace KafkaSharp.Raft.Log;

/// <summary>How a record's value is written in the metadata log (its key is always null). Called from several threads at once.</summary>
public interface IRecordSerde<TRecord>
{
    void Write(TRecord record, IBufferWriter<byte> destination);

    /// <remarks>Throws ProtocolException where the bytes are not a record.</remarks>
    TRecord Read(ReadOnlyMemory<byte> value);
}
