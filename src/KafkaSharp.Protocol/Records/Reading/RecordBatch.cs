using System.Buffers.Binary;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Legacy;

namespace KafkaSharp.Protocol.Records.Reading;

/// <summary>
/// A batch of any magic, read in place (Kafka's <c>RecordBatch</c>). <see cref="RecordBatchReader"/> has checked its length and magic;
/// <see cref="EnsureValid"/> checks the CRC. A magic 0 or 1 batch is one message, which may be a compressed wrapper of others. A property
/// that lies beyond the end of a too short batch throws a <see cref="RecordsException"/>.
/// </summary>
public readonly ref struct RecordBatch(ReadOnlySpan<byte> bytes)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public int SizeInBytes => Bytes.Length;
    public byte Magic => Bytes[RecordBatchHeader.MagicPosition];

    /// <summary>The header of a magic 2 batch. Must not be used for a legacy batch.</summary>
    public RecordBatchHeader Header =>
        RecordBatchHeader.Fits(Bytes) ? new(Bytes) : throw new RecordsException(ErrorCode.UnknownServerError, TooSmallMessage);

    /// <summary>The offset of the first record. For a compressed legacy message this decompresses the message.</summary>
    public long BaseOffset
    {
        get
        {
            if (Magic >= 2 || Compression == CompressionType.None)
                return BinaryPrimitives.ReadInt64BigEndian(Bytes);
            using var records = new RecordReader(this);
            return records.MoveNext() ? records.Current.Offset : LastOffset;
        }
    }

    public long LastOffset => Magic >= 2 ? Header.LastOffset : Legacy.Offset;
    public long NextOffset => LastOffset + 1;
    public int PartitionLeaderEpoch => Magic >= 2 ? Header.PartitionLeaderEpoch : -1;

    /// <summary>Milliseconds since the Unix epoch; -1 in magic 0.</summary>
    public long MaxTimestamp => Magic >= 2 ? Header.MaxTimestamp : Legacy.Timestamp;

    public TimestampType TimestampType =>
        Magic < 2 ? Legacy.TimestampType : Header.IsLogAppendTime ? TimestampType.LogAppendTime : TimestampType.CreateTime;

    /// <exception cref="RecordsException">The compression type is undefined.</exception>
    // The smallest batch contains the attributes. Kafka looks at them before it checks that the rest of the header is complete.
    public CompressionType Compression =>
        Decompression.TypeOf(Magic >= 2 ? new RecordBatchHeader(Bytes).CompressionId : Legacy.CompressionId);

    /// <summary>The number of records; null for a legacy message, whose header does not contain it.</summary>
    public int? CountOrNull => Magic >= 2 ? Header.RecordCount : null;

    public long ProducerId => Magic >= 2 ? Header.ProducerId : RecordBatchHeader.NoProducerId;
    public bool HasProducerId => Magic >= 2 && Header.HasProducerId;
    public short ProducerEpoch => Magic >= 2 ? Header.ProducerEpoch : RecordBatchHeader.NoProducerEpoch;
    public int BaseSequence => Magic >= 2 ? Header.BaseSequence : RecordBatchHeader.NoSequence;
    public int LastSequence => Magic >= 2 ? Header.LastSequence : RecordBatchHeader.NoSequence;
    public bool IsTransactional => Magic >= 2 && Header.IsTransactional;
    public bool IsControlBatch => Magic >= 2 && Header.IsControlBatch;

    /// <summary>
    /// The time from which compaction may remove tombstones and transaction markers of the batch, in milliseconds since the Unix epoch;
    /// null if the cleaner has not set it.
    /// </summary>
    public long? DeleteHorizonMs => Magic >= 2 && Header.HasDeleteHorizon ? Header.BaseTimestamp : null;

    public uint Crc => Magic >= 2 ? Header.Crc : Legacy.Crc;

    public bool IsValid => Magic >= 2 ? RecordBatchHeader.Fits(Bytes) && Crc == ComputeCrc() : Crc == ComputeCrc();

    private LegacyMessage Legacy => new(Bytes);

    private string TooSmallMessage =>
        $"Record batch is corrupt (the size {SizeInBytes} is smaller than the minimum allowed overhead {RecordBatchHeader.Size})";

    /// <summary>Computes the CRC of the bytes.</summary>
    public uint ComputeCrc() => Magic >= 2 ? Crc32C.Compute(Bytes[RecordBatchHeader.AttributesPosition..]) : Legacy.ComputeCrc();

    /// <exception cref="RecordsException">The size or the CRC is wrong (CORRUPT_MESSAGE).</exception>
    public void EnsureValid()
    {
        if (Magic >= 2 && !RecordBatchHeader.Fits(Bytes))
            throw new RecordsException(ErrorCode.CorruptMessage, TooSmallMessage);
        var computed = ComputeCrc();
        if (Crc != computed)
            throw new RecordsException(ErrorCode.CorruptMessage, $"Record is corrupt (stored crc = {Crc}, computed crc = {computed})");
    }
}
