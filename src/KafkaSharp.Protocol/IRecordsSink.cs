using System.Buffers;

namespace KafkaSharp.Protocol;

/// <summary>A sink that takes record batches by reference, so that they reach the socket without being copied.</summary>
public interface IRecordsSink : IBufferWriter<byte>
{
    /// <summary>Puts the records behind what was written so far. The memory must stay valid until the sink's content is sent.</summary>
    void WriteRecords(ReadOnlyMemory<byte> records);
}
