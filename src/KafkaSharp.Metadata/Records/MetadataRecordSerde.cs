using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft;

namespace KafkaSharp.Metadata.Records;

/// <summary>
/// How metadata records are written in the log: unsigned varints for the frame's version (1), the record's type and its version, then the
/// message (Kafka's <c>MetadataRecordSerde</c>). Without state; for any thread.
/// </summary>
public sealed class MetadataRecordSerde : IRecordSerde<MetadataRecord>
{
    private const int FrameVersion = 1;

    public static MetadataRecordSerde Instance { get; } = new();

    public void Write(MetadataRecord record, IBufferWriter<byte> destination)
    {
        var writer = new KafkaWriter(destination);
        writer.WriteUnsignedVarint(FrameVersion);
        writer.WriteUnsignedVarint(record.Message.Type);
        writer.WriteUnsignedVarint(record.Version);
        record.Message.Write(ref writer, record.Version);
        writer.Flush();
    }

    /// <remarks>Throws <see cref="ProtocolException"/> for an unknown frame, type or version, and for bytes that are left over.</remarks>
    public MetadataRecord Read(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        var frame = reader.ReadUnsignedVarint();
        if (frame != FrameVersion)
            throw new ProtocolException($"Could not deserialize metadata record with frame version {frame}. Only version 1 is supported");
        var type = reader.ReadUnsignedVarint();
        var number = reader.ReadUnsignedVarint();
        if (type > (uint)short.MaxValue || number > (uint)short.MaxValue)
            throw new ProtocolException($"A metadata record of type {type} and version {number}");
        var version = (short)number;
        var message = ReadMessage((short)type, ref reader, version);
        if (reader.Remaining > 0)
            throw new ProtocolException($"Found {reader.Remaining} byte(s) of garbage after {message.GetType().Name}");
        return new MetadataRecord(message, version);
    }

    private static IRecordMessage ReadMessage(short type, ref KafkaReader reader, short version) => type switch
    {
        RegisterBrokerRecord.RecordType => Read<RegisterBrokerRecord>(ref reader, version),
        UnregisterBrokerRecord.RecordType => Read<UnregisterBrokerRecord>(ref reader, version),
        TopicRecord.RecordType => Read<TopicRecord>(ref reader, version),
        PartitionRecord.RecordType => Read<PartitionRecord>(ref reader, version),
        ConfigRecord.RecordType => Read<ConfigRecord>(ref reader, version),
        PartitionChangeRecord.RecordType => Read<PartitionChangeRecord>(ref reader, version),
        FenceBrokerRecord.RecordType => Read<FenceBrokerRecord>(ref reader, version),
        UnfenceBrokerRecord.RecordType => Read<UnfenceBrokerRecord>(ref reader, version),
        RemoveTopicRecord.RecordType => Read<RemoveTopicRecord>(ref reader, version),
        DelegationTokenRecord.RecordType => Read<DelegationTokenRecord>(ref reader, version),
        UserScramCredentialRecord.RecordType => Read<UserScramCredentialRecord>(ref reader, version),
        FeatureLevelRecord.RecordType => Read<FeatureLevelRecord>(ref reader, version),
        ClientQuotaRecord.RecordType => Read<ClientQuotaRecord>(ref reader, version),
        ProducerIdsRecord.RecordType => Read<ProducerIdsRecord>(ref reader, version),
        BrokerRegistrationChangeRecord.RecordType => Read<BrokerRegistrationChangeRecord>(ref reader, version),
        AccessControlEntryRecord.RecordType => Read<AccessControlEntryRecord>(ref reader, version),
        RemoveAccessControlEntryRecord.RecordType => Read<RemoveAccessControlEntryRecord>(ref reader, version),
        NoOpRecord.RecordType => Read<NoOpRecord>(ref reader, version),
        ZkMigrationStateRecord.RecordType => Read<ZkMigrationStateRecord>(ref reader, version),
        RemoveUserScramCredentialRecord.RecordType => Read<RemoveUserScramCredentialRecord>(ref reader, version),
        BeginTransactionRecord.RecordType => Read<BeginTransactionRecord>(ref reader, version),
        EndTransactionRecord.RecordType => Read<EndTransactionRecord>(ref reader, version),
        AbortTransactionRecord.RecordType => Read<AbortTransactionRecord>(ref reader, version),
        RemoveDelegationTokenRecord.RecordType => Read<RemoveDelegationTokenRecord>(ref reader, version),
        RegisterControllerRecord.RecordType => Read<RegisterControllerRecord>(ref reader, version),
        ClearElrRecord.RecordType => Read<ClearElrRecord>(ref reader, version),
        _ => throw new ProtocolException($"Unknown metadata id {type}"),
    };

    private static T Read<T>(ref KafkaReader reader, short version)
        where T : class, IRecordMessage<T>
    {
        if (version < T.LowestVersion || version > T.HighestVersion)
            throw new ProtocolException($"Can't read version {version} of {typeof(T).Name}");
        return T.Read(ref reader, version);
    }
}
