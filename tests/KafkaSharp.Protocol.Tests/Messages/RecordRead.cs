using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>Reads the message of a record type of one log, null for a type that log does not know: <c>GroupRecords.ReadKey</c> and the like.</summary>
delegate IRecordMessage? RecordRead(short type, short version, ref KafkaReader reader);
