namespace KafkaSharp.Protocol.Generator.Schemas;

enum MessageKind
{
    Request,
    Response,
    Header,
    Data,
    Record,
    Key,
    Value,
}
