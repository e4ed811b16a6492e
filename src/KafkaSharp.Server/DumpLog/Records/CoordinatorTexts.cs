using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Generator.Schemas;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Server.DumpLog.Json;

namespace KafkaSharp.Server.DumpLog.Records;

/// <summary>
/// The records of a coordinator (Kafka's <c>CoordinatorRecordMessageParser</c>): keys and values as JSON with their type and version. Of a
/// classic consumer group, the subscriptions and assignments inside are JSON too.
/// </summary>
/// <param name="messages">The schemas.</param>
/// <param name="log">group, transaction or share.</param>
internal sealed class CoordinatorTexts(StoredMessages messages, string log) : IRecordTexts
{
    public bool IsJson => true;

    public (string? Key, string? Payload) Of(in Record record)
    {
        if (!record.HasKey)
            throw new DumpException($"Failed to decode message at offset {record.Offset}: it has no key");
        try
        {
            var key = new KafkaReader(record.Key.ToArray());
            var type = key.ReadInt16();
            if (messages.Key(log, type) is not { } keySchema)
                return ($"Unknown record type {type} at offset {record.Offset}, skipping.", null);
            var keyText = new SchemaReader(keySchema, 0).Read(ref key);
            var payload = record.HasValue ? Payload(messages.Value(log, type)!, record.Value) : "<DELETE>";
            return ($"{{\"type\":\"{type}\",\"data\":{keyText}}}", payload);
        }
        catch (ProtocolException exception)
        {
            return ($"Error at offset {record.Offset}, skipping. {exception.Message}", null);
        }
    }

    private string Payload(MessageSchema schema, ReadOnlySpan<byte> value)
    {
        var reader = new KafkaReader(value.ToArray());
        var version = reader.ReadInt16();
        var text = new SchemaReader(schema, version).Read(ref reader);
        if (schema.Name == "GroupMetadataValue" && text.StartsWith("{\"protocolType\":\"consumer\"", StringComparison.Ordinal))
        {
            reader = new KafkaReader(value[sizeof(short)..].ToArray());
            text = new SchemaReader(schema, version) { BytesText = ConsumerProtocol }.Read(ref reader);
        }
        return $"{{\"version\":\"{version}\",\"data\":{text}}}";
    }

    private string? ConsumerProtocol(string field, byte[] bytes)
    {
        var schema = messages.Data(field == "Subscription" ? "ConsumerProtocolSubscription" : "ConsumerProtocolAssignment");
        try
        {
            var reader = new KafkaReader(bytes);
            var version = Math.Min(reader.ReadInt16(), (short)schema.Versions.Highest);
            return new SchemaReader(schema, version).Read(ref reader);
        }
        catch (ProtocolException)
        {
            return null;
        }
    }
}
