using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Records;

/// <summary>
/// A record of <c>__cluster_metadata</c>: a generated record message (<c>TopicRecord</c>, …) and its version (Kafka's
/// <c>ApiMessageAndVersion</c>). The message must not be modified after the record is created.
/// </summary>
public readonly record struct MetadataRecord(IRecordMessage Message, short Version)
{
    public override string ToString() => $"{Message.GetType().Name} v{Version}";
}
