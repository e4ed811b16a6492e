using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Metadata.Records;

/// <summary>Serializes metadata records in the format of <see cref="MetadataRecordFrame"/>. Stateless and thread-safe.</summary>
public sealed class MetadataRecordSerde : IRecordSerde<MetadataRecord>
{
    public static MetadataRecordSerde Instance { get; } = new();

    public void Write(MetadataRecord record, IBufferWriter<byte> destination)
    {
        var writer = new KafkaWriter(destination);
        MetadataRecordFrame.Write(ref writer, new ApiMessageAndVersion(record.Message, record.Version));
        writer.Flush();
    }

    /// <exception cref="ProtocolException">The frame version, the type or the version is unknown, or there are extra bytes.</exception>
    public MetadataRecord Read(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        var (message, version) = MetadataRecordFrame.Read(ref reader);
        return new MetadataRecord(message, version);
    }
}
