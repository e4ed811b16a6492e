namespace KafkaSharp.Protocol.Generator.Schemas;

internal enum MessageKind
{
    Request,
    Response,
    Header,
    Data,
    Record,
    Key,
    Value,
}
