using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Server.DumpLog.Records;

/// <summary>Turns keys and values of records into the texts of a dump (Kafka's <c>MessageParser</c>); null prints nothing.</summary>
internal interface IRecordTexts
{
    (string? Key, string? Payload) Of(in Record record);
}
