using System.Buffers;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>The records of <c>__transaction_state</c> as bytes (Kafka's <c>TransactionLog</c>). Stateless.</summary>
internal sealed class TransactionRecordSerde : ICoordinatorRecordSerde<TransactionRecord>
{
    private const short TransactionLogType = 0;

    public static TransactionRecordSerde Instance { get; } = new();

    public void WriteKey(TransactionRecord record, IBufferWriter<byte> sink)
    {
        var writer = new KafkaWriter(sink);
        writer.WriteInt16(TransactionLogType);
        new TransactionLogKey { TransactionalId = record.TransactionalId }.Write(ref writer, 0);
        writer.Flush();
    }

    public bool WriteValue(TransactionRecord record, IBufferWriter<byte> sink)
    {
        if (record.Metadata is not { } metadata)
            return false;
        var writer = new KafkaWriter(sink);
        writer.WriteInt16(record.ValueVersion);
        ToValue(metadata, record.ValueVersion).Write(ref writer, record.ValueVersion);
        writer.Flush();
        return true;
    }

    public short Read(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value, out TransactionRecord? record)
    {
        var reader = new KafkaReader(key);
        var type = reader.ReadInt16();
        record = null;
        if (type == TransactionLogType)
        {
            var id = TransactionLogKey.Read(ref reader, 0).TransactionalId;
            record = value is { } written ? ReadValue(id, written) : new TransactionRecord(id, null, 0);
        }
        return type;
    }

    private static TransactionLogValue ToValue(TransactionMetadata metadata, short version)
    {
        var value = new TransactionLogValue
        {
            ProducerId = metadata.ProducerId,
            ProducerEpoch = metadata.ProducerEpoch,
            TransactionTimeoutMs = metadata.TimeoutMs,
            TransactionStatus = (sbyte)metadata.State,
            TransactionPartitions = metadata.State == TransactionState.Empty ? null : ByTopic(metadata.Partitions),
            TransactionLastUpdateTimestampMs = metadata.LastUpdateMs,
            TransactionStartTimestampMs = metadata.StartMs,
            ClientTransactionVersion = metadata.ClientVersion.Level,
        };
        if (version >= 1)
        {
            value.PreviousProducerId = metadata.PreviousProducerId;
            value.NextProducerId = metadata.NextProducerId;
        }
        return value;
    }

    private static List<TransactionLogValue.PartitionsSchema> ByTopic(IReadOnlySet<TopicPartition> partitions)
    {
        var topics = new Dictionary<string, TransactionLogValue.PartitionsSchema>(StringComparer.Ordinal);
        foreach (var (topic, partition) in partitions)
        {
            if (!topics.TryGetValue(topic, out var found))
                topics.Add(topic, found = new TransactionLogValue.PartitionsSchema { Topic = topic });
            found.PartitionIds.Add(partition);
        }
        return [.. topics.Values];
    }

    private static TransactionRecord ReadValue(string id, ReadOnlyMemory<byte> written)
    {
        var reader = new KafkaReader(written);
        var version = reader.ReadInt16();
        if (version is < 0 or > TransactionLogValue.HighestVersion)
            throw new ProtocolException($"Value version {version} is not supported, the highest is {TransactionLogValue.HighestVersion}");
        var value = TransactionLogValue.Read(ref reader, version);
        if (value.TransactionStatus is < 0 or > (sbyte)TransactionState.PrepareEpochFence)
            throw new ProtocolException($"There is no transaction state {value.TransactionStatus}");
        var metadata = new TransactionMetadata
        {
            TransactionalId = id,
            ProducerId = value.ProducerId,
            PreviousProducerId = value.PreviousProducerId,
            NextProducerId = value.NextProducerId,
            ProducerEpoch = value.ProducerEpoch,
            TimeoutMs = value.TransactionTimeoutMs,
            State = (TransactionState)value.TransactionStatus,
            Partitions = Partitions(value),
            StartMs = value.TransactionStartTimestampMs,
            LastUpdateMs = value.TransactionLastUpdateTimestampMs,
            ClientVersion = new TransactionVersion(value.ClientTransactionVersion),
        };
        return new TransactionRecord(id, metadata, version);
    }

    private static HashSet<TopicPartition> Partitions(TransactionLogValue value)
    {
        var partitions = new HashSet<TopicPartition>();
        foreach (var topic in value.TransactionPartitions ?? [])
        {
            foreach (var partition in topic.PartitionIds)
                partitions.Add(new TopicPartition(topic.Topic, partition));
        }
        return partitions;
    }
}
