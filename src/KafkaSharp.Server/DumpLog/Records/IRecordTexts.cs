using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Server.DumpLog.Records;

/// <summary>Turns keys and values of records into the texts of a dump (Kafka's <c>MessageParser</c>); null prints nothing.</summary>
internal interface IRecordTexts
{
    /// <summary>Whether the texts are JSON, unless a record cannot be decoded.</summary>
    bool IsJson { get; }

    (string? Key, string? Payload) Of(in Record record);
}
