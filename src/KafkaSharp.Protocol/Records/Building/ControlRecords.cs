using System.Buffers.Binary;

namespace KafkaSharp.Protocol.Records.Building;

/// <summary>
/// Keys and values of control records, and batches with one control record (Kafka's <c>ControlRecordUtils</c>,
/// <c>EndTransactionMarker</c>). A key is an int16 version and an int16 type. The value of a transaction marker is an int16 version and the
/// int32 coordinator epoch. The values of the quorum's control records are generated messages (LeaderChangeMessage, SnapshotHeaderRecord,
/// …). Thread-safe.
/// </summary>
public static class ControlRecords
{
    public const int KeySize = 4;

    private const int MarkerValueSize = 6;
    private const short CurrentVersion = 0;

    /// <summary>The type in the key of a control record; <see cref="ControlRecordType.Unknown"/> for an undefined type.</summary>
    /// <exception cref="RecordsException">The key is too short or its version is negative.</exception>
    public static ControlRecordType ParseType(ReadOnlySpan<byte> key)
    {
        if (key.Length < KeySize)
            throw RecordsException.Invalid($"Invalid control record key size {key.Length}, at least {KeySize} are needed");
        var version = BinaryPrimitives.ReadInt16BigEndian(key);
        if (version < 0)
            throw RecordsException.Invalid($"Invalid version {version} of a control record key");
        var type = (ControlRecordType)BinaryPrimitives.ReadInt16BigEndian(key[sizeof(short)..]);
        return type is >= ControlRecordType.Abort and <= ControlRecordType.KRaftVoters ? type : ControlRecordType.Unknown;
    }

    public static void WriteKey(Span<byte> destination, ControlRecordType type)
    {
        BinaryPrimitives.WriteInt16BigEndian(destination, CurrentVersion);
        BinaryPrimitives.WriteInt16BigEndian(destination[sizeof(short)..], (short)type);
    }

    /// <summary>Parses a commit or abort marker.</summary>
    /// <exception cref="RecordsException">The record is another control record, or it is malformed.</exception>
    public static EndTransactionMarker ParseEndTransactionMarker(in Record record)
    {
        var type = ParseType(record.Key);
        if (type is not (ControlRecordType.Abort or ControlRecordType.Commit))
            throw RecordsException.Invalid($"A control record of type {type} does not end a transaction");
        if (record.Value.Length < MarkerValueSize)
        {
            throw RecordsException.Invalid(
                $"Invalid value size {record.Value.Length} of an end transaction marker, at least {MarkerValueSize} are needed");
        }
        var version = BinaryPrimitives.ReadInt16BigEndian(record.Value);
        if (version < 0)
            throw RecordsException.Invalid($"Invalid version {version} of an end transaction marker");
        return new EndTransactionMarker(type, BinaryPrimitives.ReadInt32BigEndian(record.Value[sizeof(short)..]));
    }

    /// <summary>A transactional control batch with one commit or abort marker.</summary>
    public static byte[] EndTransactionBatch(
        EndTransactionMarker marker, long baseOffset, long timestamp, long producerId, short producerEpoch, int partitionLeaderEpoch)
    {
        Span<byte> value = stackalloc byte[MarkerValueSize];
        BinaryPrimitives.WriteInt16BigEndian(value, CurrentVersion);
        BinaryPrimitives.WriteInt32BigEndian(value[sizeof(short)..], marker.CoordinatorEpoch);
        return Batch(
            marker.Type,
            value,
            timestamp,
            new RecordBatchOptions
            {
                BaseOffset = baseOffset,
                ProducerId = producerId,
                ProducerEpoch = producerEpoch,
                PartitionLeaderEpoch = partitionLeaderEpoch,
                IsTransactional = true,
            });
    }

    /// <summary>A control batch with one record of the given type and value.</summary>
    public static byte[] Batch(ControlRecordType type, ReadOnlySpan<byte> value, long timestamp, RecordBatchOptions options)
    {
        Span<byte> key = stackalloc byte[KeySize];
        WriteKey(key, type);
        using var builder = new RecordBatchBuilder(options with { IsControlBatch = true });
        builder.Append(timestamp, key, value);
        return builder.Build().ToArray();
    }
}
