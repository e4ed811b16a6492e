using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Records;

/// <summary>
/// A record of <c>__cluster_metadata</c>: a generated record message (<c>TopicRecord</c>, …) and the version it is written in (Kafka's
/// <c>ApiMessageAndVersion</c>). The message is nobody's to change once the record is made.
/// </summary>
public readonly record struct MetadataRecord(IRecordMessage Message, short Version)
{
    public override string ToString() => $"{Message.GetType().Name} v{Version}";
}
