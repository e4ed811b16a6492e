using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>Reads the message of a record type of one log, like <c>GroupRecords.ReadKey</c>. Null for an unknown type.</summary>
internal delegate IRecordMessage? RecordRead(short type, short version, ref KafkaReader reader);
