using System.Text;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Server.DumpLog.Json;

namespace KafkaSharp.Server.DumpLog.Records;

/// <summary>
/// The records of the cluster's metadata or of remote logs (Kafka's <c>ClusterMetadataLogMessageParser</c> and
/// <c>RemoteMetadataLogMessageParser</c>).
/// </summary>
/// <param name="messages">The schemas.</param>
/// <param name="log">metadata or remoteLog.</param>
internal sealed class MetadataTexts(StoredMessages messages, string log) : IRecordTexts
{
    private const int FrameVersion = 1;

    public bool IsJson => true;

    public (string? Key, string? Payload) Of(in Record record)
    {
        try
        {
            return (null, Payload(record.Value.ToArray()));
        }
        catch (ProtocolException exception)
        {
            return (null, $"Error at {(log == "metadata" ? "" : "offset ")}{record.Offset}, skipping. {exception.Message}");
        }
    }

    private string Payload(byte[] value)
    {
        var reader = new KafkaReader(value);
        var frame = reader.ReadUnsignedVarint();
        if (frame != FrameVersion)
        {
            throw new ProtocolException(
                $"Could not deserialize metadata record due to unknown frame version {frame}"
                + $"(only frame version {FrameVersion} is supported)");
        }
        var type = (int)reader.ReadUnsignedVarint();
        var version = (short)reader.ReadUnsignedVarint();
        var schema = messages.Record(log, type) ?? throw new ProtocolException($"Unknown metadata id {type}");
        var data = new SchemaReader(schema, version).Read(ref reader);
        return $"{{\"type\":\"{EnumName(schema.Name)}\",\"version\":{version},\"data\":{data}}}";
    }

    /// <summary>RegisterBrokerRecord is REGISTER_BROKER_RECORD.</summary>
    private static string EnumName(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && char.IsLower(name[i - 1]))
                text.Append('_');
            text.Append(char.ToUpperInvariant(name[i]));
        }
        return text.ToString();
    }
}
