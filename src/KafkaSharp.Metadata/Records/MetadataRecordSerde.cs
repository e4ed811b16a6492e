using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Metadata.Records;

/// <summary>How metadata records are written in the log, see <see cref="MetadataRecordFrame"/>. Without state; for any thread.</summary>
public sealed class MetadataRecordSerde : IRecordSerde<MetadataRecord>
{
    public static MetadataRecordSerde Instance { get; } = new();

    public void Write(MetadataRecord record, IBufferWriter<byte> destination)
    {
        var writer = new KafkaWriter(destination);
        MetadataRecordFrame.Write(ref writer, new ApiMessageAndVersion(record.Message, record.Version));
        writer.Flush();
    }

    /// <remarks>Throws <see cref="ProtocolException"/> for an unknown frame, type or version, and for bytes that are left over.</remarks>
    public MetadataRecord Read(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        var (message, version) = MetadataRecordFrame.Read(ref reader);
        return new MetadataRecord(message, version);
    }
}
