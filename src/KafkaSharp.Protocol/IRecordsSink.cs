using System.Buffers;

namespace KafkaSharp.Protocol;

/// <summary>A sink that accepts record batches by reference, so that they reach the socket without a copy.</summary>
public interface IRecordsSink : IBufferWriter<byte>
{
    /// <summary>Appends records after the bytes written so far. The memory must stay valid until the content of the sink is sent.</summary>
    void WriteRecords(ReadOnlyMemory<byte> records);
}
