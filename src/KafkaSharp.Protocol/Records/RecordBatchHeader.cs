using System.Buffers.Binary;

namespace KafkaSharp.Protocol.Records;

/// <summary>
/// Reads the header of a record batch in place. Offset and size have the same position in every magic; the other fields are those of magic
/// 2 (KIP-98), 61 bytes, big-endian. The values are not checked. The caller must check with <see cref="Fits"/> that the header is complete.
/// </summary>
public readonly ref struct RecordBatchHeader(ReadOnlySpan<byte> batch)
{
    /// <summary>
    /// The size of base offset and length field, which <see cref="BatchLength"/> does not include (Kafka's <c>LOG_OVERHEAD</c>).
    /// </summary>
    public const int LogOverhead = 12;

    /// <summary>The size of the header of a magic 2 batch, in bytes (Kafka's <c>RECORD_BATCH_OVERHEAD</c>).</summary>
    public const int Size = 61;

    public const int BaseOffsetPosition = 0;
    public const int BatchLengthPosition = 8;
    public const int PartitionLeaderEpochPosition = 12;
    public const int MagicPosition = 16;
    public const int CrcPosition = 17;
    public const int AttributesPosition = 21;
    public const int LastOffsetDeltaPosition = 23;
    public const int BaseTimestampPosition = 27;
    public const int MaxTimestampPosition = 35;
    public const int ProducerIdPosition = 43;
    public const int ProducerEpochPosition = 51;
    public const int BaseSequencePosition = 53;
    public const int RecordCountPosition = 57;

    public const long NoProducerId = -1;
    public const short NoProducerEpoch = -1;
    public const int NoSequence = -1;
    public const long NoTimestamp = -1;

    private readonly ReadOnlySpan<byte> _batch = batch;

    /// <summary>Whether the bytes contain the complete header of a magic 2 batch.</summary>
    public static bool Fits(ReadOnlySpan<byte> bytes) => bytes.Length >= Size;

    public long BaseOffset => BinaryPrimitives.ReadInt64BigEndian(_batch[BaseOffsetPosition..]);
    public int BatchLength => BinaryPrimitives.ReadInt32BigEndian(_batch[BatchLengthPosition..]);

    /// <summary>The size of the batch including the header.</summary>
    public int SizeInBytes => BatchLength + LogOverhead;

    public int PartitionLeaderEpoch => BinaryPrimitives.ReadInt32BigEndian(_batch[PartitionLeaderEpochPosition..]);
    public byte Magic => _batch[MagicPosition];
    public uint Crc => BinaryPrimitives.ReadUInt32BigEndian(_batch[CrcPosition..]);
    public short Attributes => BinaryPrimitives.ReadInt16BigEndian(_batch[AttributesPosition..]);
    public int LastOffsetDelta => BinaryPrimitives.ReadInt32BigEndian(_batch[LastOffsetDeltaPosition..]);
    public long LastOffset => BaseOffset + LastOffsetDelta;
    public long NextOffset => LastOffset + 1;
    public long BaseTimestamp => BinaryPrimitives.ReadInt64BigEndian(_batch[BaseTimestampPosition..]);
    public long MaxTimestamp => BinaryPrimitives.ReadInt64BigEndian(_batch[MaxTimestampPosition..]);
    public long ProducerId => BinaryPrimitives.ReadInt64BigEndian(_batch[ProducerIdPosition..]);
    public short ProducerEpoch => BinaryPrimitives.ReadInt16BigEndian(_batch[ProducerEpochPosition..]);
    public int BaseSequence => BinaryPrimitives.ReadInt32BigEndian(_batch[BaseSequencePosition..]);
    public int RecordCount => BinaryPrimitives.ReadInt32BigEndian(_batch[RecordCountPosition..]);

    public bool HasProducerId => ProducerId > NoProducerId;
    public bool IsTransactional => (Attributes & 0x10) != 0;
    public bool IsControlBatch => (Attributes & 0x20) != 0;
    public bool HasDeleteHorizon => (Attributes & 0x40) != 0;
    public bool IsLogAppendTime => (Attributes & 0x08) != 0;

    /// <summary>0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. Other values are invalid.</summary>
    public int CompressionId => Attributes & 0x07;

    /// <summary>The sequence of the last record. The successor of int.MaxValue is 0.</summary>
    public int LastSequence => BaseSequence == NoSequence ? NoSequence : IncrementSequence(BaseSequence, LastOffsetDelta);

    public static int IncrementSequence(int sequence, int increment) =>
        sequence > int.MaxValue - increment ? increment - (int.MaxValue - sequence) - 1 : sequence + increment;

    public static int DecrementSequence(int sequence, int decrement) =>
        sequence < decrement ? int.MaxValue - (decrement - sequence) + 1 : sequence - decrement;
}
